using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Hosting.Auth;

/// <summary>The configured keys, looked up in time that does not depend on how much of a key is right.</summary>
internal sealed class ApiKeys(AuthOptions options)
{
    private readonly (byte[] Sha256, ClaimsPrincipal Principal)[] _keys =
    [
        .. options.ApiKeys.Select(key => (key.Sha256, new Caller(key.Name, key.Role, key.UserId).ToPrincipal(ApiKeyHandler.Scheme))),
    ];

    public ClaimsPrincipal? Find(string presented)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presented), hash);

        ClaimsPrincipal? found = null;
        foreach (var (sha256, principal) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(sha256, hash))
                found = principal;
        }

        return found;
    }
}

internal sealed class ApiKeyHandler(
    ApiKeys keys,
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "ApiKey";

    private const string KeyHeader = "X-Api-Key";
    private const string BearerPrefix = "Bearer ";

    public static string? PresentedKey(HttpRequest request)
    {
        if (request.Headers.TryGetValue(KeyHeader, out var header) && header is [{ Length: > 0 } key])
            return key;
        return request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            ? authorization[BearerPrefix.Length..].Trim()
            : null;
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (PresentedKey(Request) is not { } presented)
            return Task.FromResult(AuthenticateResult.NoResult());
        return Task.FromResult(keys.Find(presented) is { } principal
            ? AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme))
            : AuthenticateResult.Fail("Unknown key."));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer realm=\"SmsDapr\"";
        return Task.CompletedTask;
    }
}
