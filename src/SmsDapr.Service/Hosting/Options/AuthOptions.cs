using System.Security.Cryptography;
using System.Text;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Hosting.Options;

/// <summary>Who may call. Without keys and JWT nobody may.</summary>
internal sealed record AuthOptions
{
    private const int UserRequestsPerMinute = 600;

    public required IReadOnlyList<ApiKey> ApiKeys { get; init; }

    public required JwtOptions? Jwt { get; init; }

    /// <summary>Requests a minute that each caller of a role may make; a role that is left out has no limit.</summary>
    public required IReadOnlyDictionary<Role, int> RequestsPerMinute { get; init; }

    internal static AuthOptions Read(SettingsReader settings)
    {
        var keys = new List<ApiKey>();
        foreach (var index in settings.Children("ApiKeys"))
        {
            if (ReadKey(settings.Section($"ApiKeys:{index}"), index) is not { } key)
                continue;
            if (keys.Exists(known => known.Sha256.AsSpan().SequenceEqual(key.Sha256)))
                settings.Problem($"ApiKeys:{index}", "is the same key as an earlier one");
            keys.Add(key);
        }

        return new AuthOptions { ApiKeys = keys, Jwt = ReadJwt(settings.Section("Jwt")), RequestsPerMinute = ReadLimits(settings.Section("RequestsPerMinute")) };
    }

    private static Dictionary<Role, int> ReadLimits(SettingsReader settings) =>
        Enum.GetValues<Role>()
            .Select(role => (Role: role, Limit: settings.Number(role.ToString(), role == Role.User ? UserRequestsPerMinute : 0, 0, 1_000_000)))
            .Where(limit => limit.Limit > 0)
            .ToDictionary(limit => limit.Role, limit => limit.Limit);

    private static ApiKey? ReadKey(SettingsReader settings, string index)
    {
        if (ReadHash(settings) is not { } hash)
            return null;

        var roles = settings.Children("Roles").Select(child => (Child: child, Role: RoleNames.Find(settings.Text($"Roles:{child}")))).ToList();
        var unknown = roles.Where(role => role.Role is null).ToList();
        foreach (var (child, _) in unknown)
            settings.Problem($"Roles:{child}", "must be admin, service or user");
        if (unknown.Count > 0)
            return null;

        var userId = settings.Text("UserId");
        if (roles.Count == 0)
            settings.Problem("Roles", "must name at least one of admin, service and user");
        else if (roles.Min(role => role.Role) is Role.User && !UserId.IsValid(userId))
            settings.Problem("UserId", $"must be the user that a key of role user acts for: {UserId.Rule}");
        else if (roles.Min(role => role.Role) is { } role)
            return new ApiKey(settings.Text("Name", $"key {index}"), hash, role, role == Role.User ? userId : null);
        return null;
    }

    private static byte[]? ReadHash(SettingsReader settings)
    {
        var key = settings.Text("Key");
        var hash = settings.Text("KeySha256");
        if (key is not null && hash is null)
            return SHA256.HashData(Encoding.UTF8.GetBytes(key));
        if (key is null && hash is { Length: 64 } && hash.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(hash);

        if (key is not null)
            settings.Problem("Key", "must not be set beside KeySha256");
        else if (hash is null)
            settings.Problem("Key", "must be set, or KeySha256 instead of it");
        else
            settings.Problem("KeySha256", "must be the SHA-256 of the key as 64 hexadecimal digits");
        return null;
    }

    private static JwtOptions? ReadJwt(SettingsReader settings)
    {
        var authority = settings.Address("Authority");
        var audience = settings.Text("Audience");
        if (authority is null && audience is null)
            return null;
        if (authority is { Scheme: "http", IsLoopback: false })
            settings.Problem("Authority", "must be an https address");
        if (authority is not null && audience is not null)
            return new JwtOptions(authority, audience);
        settings.Problem(authority is null ? "Authority" : "Audience", "must be set too for JWT bearer tokens");
        return null;
    }
}

/// <summary>Tokens of an OpenID Connect issuer: <c>sub</c> is the user id, <c>role</c> or <c>roles</c> the role.</summary>
internal sealed record JwtOptions(Uri Authority, string Audience);

/// <summary>A configured key: only its hash is kept. The strongest of its roles counts.</summary>
internal sealed record ApiKey(string Name, byte[] Sha256, Role Role, string? UserId);
