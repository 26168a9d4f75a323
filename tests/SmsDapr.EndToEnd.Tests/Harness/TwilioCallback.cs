using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using SmsDapr.Simulators;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>A status callback as Twilio would post and sign it.</summary>
public static class TwilioCallback
{
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio's signature scheme is HMAC-SHA1.")]
    public static HttpRequestMessage Create(LocalProcess process, string pathAndQuery, IReadOnlyDictionary<string, string> fields, string? token = null)
    {
        var url = new Uri(process.ServiceUrl, pathAndQuery);
        var text = new StringBuilder(url.AbsoluteUri);
        foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
            text.Append(name).Append(value);

        var key = Encoding.UTF8.GetBytes(token ?? SimulatorOptions.DefaultAuthToken);
        var signature = Convert.ToBase64String(HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(text.ToString())));
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("X-Twilio-Signature", signature);
        return request;
    }

    public static Dictionary<string, string> Fields(string sid, string status) => new()
    {
        ["MessageSid"] = sid,
        ["MessageStatus"] = status,
        ["AccountSid"] = SimulatorOptions.DefaultAccountSid,
        ["Empty"] = "",
    };
}
