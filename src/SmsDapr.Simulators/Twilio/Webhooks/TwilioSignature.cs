using System.Security.Cryptography;
using System.Text;

namespace SmsDapr.Simulators.Twilio.Webhooks;

/// <summary>Computes <c>X-Twilio-Signature</c> of a form webhook.</summary>
internal static class TwilioSignature
{
    /// <summary>The URL is taken as it was configured, without the fragment.</summary>
    public static string Compute(string authToken, string url, IEnumerable<KeyValuePair<string, string>> form)
    {
        var text = new StringBuilder(url);
        foreach (var parameter in form.GroupBy(pair => pair.Key, pair => pair.Value).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            foreach (var value in parameter.Distinct().Order(StringComparer.Ordinal))
                text.Append(parameter.Key).Append(value);
        }

        // The algorithm is Twilio's.
#pragma warning disable CA5350
        var signature = HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text.ToString()));
#pragma warning restore CA5350
        return Convert.ToBase64String(signature);
    }
}
