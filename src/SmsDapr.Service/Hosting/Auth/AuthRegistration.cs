using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Hosting.Auth;

internal static class AuthRegistration
{
    private const string Scheme = "KeyOrToken";

    public static void AddAuth(this WebApplicationBuilder builder, AuthOptions options)
    {
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.Configure<KeyManagementOptions>(KeysInMemory.Use);
        var authentication = builder.Services
            .AddAuthentication(Scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Scheme, null);

        var jwt = options.Jwt;
        if (jwt is not null)
            authentication.AddJwtBearer(bearer => Configure(bearer, jwt));
        authentication.AddPolicyScheme(Scheme, null, scheme => scheme.ForwardDefaultSelector = context =>
            jwt is not null && IsToken(context) ? JwtBearerDefaults.AuthenticationScheme : ApiKeyHandler.Scheme);

        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Anyone, policy => policy.RequireAssertion(context => Caller.From(context.User) is not null))
            .AddPolicy(Policies.Admin, policy => policy.RequireAssertion(context => Caller.From(context.User) is { Role: Role.Admin }))
            .AddPolicy(Policies.ServiceOrAdmin, policy => policy.RequireAssertion(context => Caller.From(context.User) is { Role: Role.Admin or Role.Service }))
            .AddPolicy(Policies.OwnUser, policy => policy.RequireAssertion(IsOwnUser));
        builder.AddRateLimit(options.RequestsPerMinute);
    }

    public static void UseAuth(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
    }

    private static bool IsToken(HttpContext context) =>
        ApiKeyHandler.PresentedKey(context.Request) is { } presented
        && presented.Count(character => character == '.') == 2
        && context.RequestServices.GetRequiredService<ApiKeys>().Find(presented) is null;

    private static bool IsOwnUser(AuthorizationHandlerContext context) =>
        Caller.From(context.User) is { } caller
        && context.Resource is HttpContext { Request.RouteValues: { } route }
        && route["userId"] is string userId
        && caller.MayActFor(userId);

    private static void Configure(JwtBearerOptions options, JwtOptions jwt)
    {
        options.Authority = jwt.Authority.ToString();
        options.Audience = jwt.Audience;
        options.RequireHttpsMetadata = !jwt.Authority.IsLoopback;
        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                if (context.Principal is { } token && FromToken(token) is { } caller)
                    context.Principal = caller.ToPrincipal(JwtBearerDefaults.AuthenticationScheme);
                else
                    context.Fail("The token names no user.");
                return Task.CompletedTask;
            },
        };
    }

    // A token without a role claim speaks for its subject only.
    private static Caller? FromToken(ClaimsPrincipal principal)
    {
        if (principal.FindFirstValue("sub") is not { } subject || !UserId.IsValid(subject))
            return null;
        var role = principal.FindAll(claim => claim.Type is "role" or "roles")
            .Select(claim => RoleNames.Find(claim.Value) ?? Role.User)
            .DefaultIfEmpty(Role.User)
            .Min();
        return new Caller(subject, role, role == Role.User ? subject : null);
    }
}

/// <summary>Names of the authorization policies that route groups ask for.</summary>
public static class Policies
{
    /// <summary>Any known caller; the handler checks whom it acts for.</summary>
    public const string Anyone = "anyone";

    /// <summary>Role admin.</summary>
    public const string Admin = "admin";

    /// <summary>Role admin or service.</summary>
    public const string ServiceOrAdmin = "service-or-admin";

    /// <summary>Admin, service, or the user that the route value <c>userId</c> names.</summary>
    public const string OwnUser = "own-user";
}
