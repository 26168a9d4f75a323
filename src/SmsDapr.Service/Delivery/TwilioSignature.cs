using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// X-Twilio-Signature: base64 of HMAC-SHA1 over the URL as Twilio was given it (without fragment) and, for forms, every
/// parameter sorted by name. JSON bodies are covered by their hash in the query parameter <c>bodySHA256</c>.
/// </summary>
internal static class TwilioSignature
{
    private const string BodyHashParameter = "bodySHA256=";

    public static bool Matches(string authToken, string url, ReadOnlySpan<byte> body, bool isForm, string? signature)
    {
        if (string.IsNullOrEmpty(signature) || authToken.Length == 0)
        {
            return false;
        }

        if (!isForm && !body.IsEmpty && !BodyHashMatches(url, body))
        {
            return false;
        }

        var parameters = isForm ? Concatenate(TwilioForm.Parse(body)) : "";
        var matches = false;
        foreach (var candidate in WithAndWithoutPort(url))
        {
            matches |= Equal(Compute(authToken, candidate + parameters), signature);
        }

        return matches;
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio's signature scheme is HMAC-SHA1.")]
    public static string Compute(string authToken, string text) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text)));

    private static string Concatenate(TwilioForm form)
    {
        var text = new StringBuilder();
        foreach (var name in form.Pairs.GroupBy(pair => pair.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            foreach (var value in name.Select(pair => pair.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                text.Append(name.Key).Append(value);
            }
        }

        return text.ToString();
    }

    private static bool BodyHashMatches(string url, ReadOnlySpan<byte> body)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var stated = query < 0
            ? null
            : url[(query + 1)..].Split('&').FirstOrDefault(part => part.StartsWith(BodyHashParameter, StringComparison.Ordinal));
        return stated is not null
            && Equal(Convert.ToHexStringLower(SHA256.HashData(body)), stated[BodyHashParameter.Length..]);
    }

    /// <summary>
    /// Twilio has signed both with and without the port; the text is edited, since Uri hides a default port.
    /// </summary>
    private static IEnumerable<string> WithAndWithoutPort(string url)
    {
        yield return url;
        var authority = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (authority < 3)
        {
            yield break;
        }

        var end = url.AsSpan(authority).IndexOfAny('/', '?');
        var host = end < 0 ? url[authority..] : url.Substring(authority, end);
        var rest = end < 0 ? "" : url[(authority + end)..];
        var colon = host.LastIndexOf(':');
        if (colon > host.LastIndexOf(']'))
        {
            yield return url[..authority] + host[..colon] + rest;
        }
        else
        {
            var port = url.StartsWith("https:", StringComparison.Ordinal) ? ":443" : ":80";
            yield return url[..authority] + host + port + rest;
        }
    }

    private static bool Equal(string expected, string actual) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(actual));
}
