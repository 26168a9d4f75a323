using System.Security.Claims;

namespace SmsDapr.Service.Hosting.Auth;

/// <summary>What a caller may do; the strongest first.</summary>
public enum Role
{
    /// <summary>Everything, including other users' data and reports.</summary>
    Admin,

    /// <summary>Acts for any user.</summary>
    Service,

    /// <summary>Acts for one user only.</summary>
    User,
}

internal static class RoleNames
{
    /// <summary>The role of a name; null when it is none of the three. A number is no name.</summary>
    public static Role? Find(string? name) =>
        Enum.GetValues<Role>().Cast<Role?>().FirstOrDefault(role => string.Equals(role.ToString(), name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Who is calling. Handlers take it as a parameter.</summary>
/// <param name="Name">Name of the key, or the token's subject; for logs and timelines.</param>
/// <param name="Role">What it may do.</param>
/// <param name="UserId">The only user that a caller of role <see cref="Role.User"/> may act for; otherwise null.</param>
public sealed record Caller(string Name, Role Role, string? UserId)
{
    private const string NameClaim = "caller.name";
    private const string RoleClaim = "caller.role";
    private const string UserIdClaim = "caller.user";

    public bool MayActFor(string userId) => Role != Role.User || string.Equals(UserId, userId, StringComparison.Ordinal);

    /// <summary>Whether the caller sees whole phone numbers.</summary>
    public bool SeesNumbers => Role != Role.User;

    /// <summary>The caller of an authorised request, for minimal API parameter binding.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult(From(context.User));

    internal static Caller? From(ClaimsPrincipal principal) =>
        principal.FindFirst(NameClaim) is { } name && RoleNames.Find(principal.FindFirst(RoleClaim)?.Value) is { } role
            ? new Caller(name.Value, role, principal.FindFirst(UserIdClaim)?.Value)
            : null;

    /// <summary>A principal that says this and nothing else: what a token claims besides must not speak for its caller.</summary>
    internal ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(ToClaims(), scheme));

    private IEnumerable<Claim> ToClaims()
    {
        yield return new Claim(NameClaim, Name);
        yield return new Claim(RoleClaim, Role.ToString());
        if (UserId is not null)
            yield return new Claim(UserIdClaim, UserId);
    }
}
