using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using SmsDapr.Simulators;

namespace SmsDapr.Bench.Running;

/// <summary>Posts status callbacks with the signature that Twilio puts on them.</summary>
internal sealed class SignedReceipts(Uri service) : IDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(1) };

    public async Task PostAsync(SentText text, string status, CancellationToken cancellation)
    {
        var address = $"{service.GetLeftPart(UriPartial.Authority)}/webhooks/twilio/status?messageId={text.Id}&attempt=1";
        var form = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["AccountSid"] = SimulatorOptions.DefaultAccountSid,
            ["ApiVersion"] = "2010-04-01",
            ["From"] = SimulatorOptions.DefaultSender,
            ["MessageSid"] = text.TwilioSid!,
            ["MessageStatus"] = status,
            ["SmsSid"] = text.TwilioSid!,
            ["SmsStatus"] = status,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("X-Twilio-Signature", Sign(address + string.Concat(form.Select(field => field.Key + field.Value))));
        using var response = await _client.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => _client.Dispose();

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio's signature scheme is HMAC-SHA1.")]
    private static string Sign(string text) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(SimulatorOptions.DefaultAuthToken), Encoding.UTF8.GetBytes(text)));
}
