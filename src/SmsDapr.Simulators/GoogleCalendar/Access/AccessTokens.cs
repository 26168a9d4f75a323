using System.Security.Cryptography;
using System.Text;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Access;

/// <summary>Access tokens that were given out. A restart forgets them: callers meet a 401 and fetch new ones.</summary>
internal sealed class AccessTokens(CalendarState state, SimulatorOptions options, TimeProvider clock, RandomNumberGenerator random)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Consent, DateTimeOffset ExpiresAt)> _tokens = new(StringComparer.Ordinal);

    /// <summary>How a consent is known: never by the refresh token itself.</summary>
    public static string ConsentOf(string refreshToken) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(refreshToken)));

    public string Issue(string consent)
    {
        var bytes = new byte[24];
        random.GetBytes(bytes);
        var token = $"ya29.simulated-{Convert.ToHexStringLower(bytes)}";
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            foreach (var old in _tokens.Where(pair => pair.Value.ExpiresAt <= now).Select(pair => pair.Key).ToList())
                _tokens.Remove(old);
            _tokens[token] = (consent, now + options.AccessTokenLifetime);
        }

        return token;
    }

    public bool IsGood(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
            return false;
        lock (_gate)
        {
            return _tokens.TryGetValue(authorization[Scheme.Length..], out var token)
                && token.ExpiresAt > clock.GetUtcNow()
                && !state.IsRevoked(token.Consent);
        }
    }

    /// <summary>Makes every token that is out there stale before its time.</summary>
    public void ExpireAll()
    {
        lock (_gate)
            _tokens.Clear();
    }
}
