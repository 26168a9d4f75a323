using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Sending;

/// <summary>What came of asking for a code.</summary>
internal abstract record CodeRequest
{
    private CodeRequest()
    {
    }

    /// <summary>A code is on its way.</summary>
    public sealed record Sent(string? Sid) : CodeRequest;

    /// <summary>Twilio sends no code to this number.</summary>
    public sealed record Refused : CodeRequest;

    /// <summary>Twilio sends no more codes for now.</summary>
    public sealed record Limited : CodeRequest;

    /// <summary>Twilio was not reached or refused the request for itself or for us; no code is on its way.</summary>
    public sealed record NotSent : CodeRequest;

    /// <summary>Nobody knows: the answer was lost, or Twilio has a problem.</summary>
    public sealed record Unknown : CodeRequest;
}

/// <summary>What Twilio says of a code.</summary>
internal enum CodeAnswer
{
    Right,
    Wrong,

    /// <summary>There is nothing to compare it with: expired, used or never begun.</summary>
    Over,

    /// <summary>Too many wrong ones.</summary>
    Exhausted,

    Unavailable,
}

/// <summary>
/// Twilio Verify: sends codes and compares them. Numbers and codes travel in bodies only. A POST is never repeated: each may send
/// a text or use up a try.
/// </summary>
internal sealed class TwilioVerify(HttpClient http, TwilioOptions options)
{
    public bool IsConfigured => options.VerifyServiceSid is not null;

    public async Task<CodeRequest> StartAsync(string to, CancellationToken cancellation)
    {
        var (status, body) = await PostAsync("Verifications", [new("To", to), new("Channel", "sms")], cancellation);
        return status switch
        {
            HttpStatusCode.OK or HttpStatusCode.Created => new CodeRequest.Sent(body?.Sid),
            HttpStatusCode.TooManyRequests => new CodeRequest.Limited(),
            HttpStatusCode.BadRequest => new CodeRequest.Refused(),
            HttpStatusCode.ServiceUnavailable => new CodeRequest.NotSent(),
            { } refused when (int)refused is >= 400 and < 500 => new CodeRequest.NotSent(),
            _ => new CodeRequest.Unknown(),
        };
    }

    public async Task<CodeAnswer> CheckAsync(string to, string code, CancellationToken cancellation)
    {
        var (status, body) = await PostAsync("VerificationCheck", [new("To", to), new("Code", code)], cancellation);
        return status switch
        {
            HttpStatusCode.OK or HttpStatusCode.Created => body?.Status switch
            {
                "approved" => CodeAnswer.Right,
                "pending" => CodeAnswer.Wrong,
                "max_attempts_reached" => CodeAnswer.Exhausted,
                null => CodeAnswer.Unavailable,
                _ => CodeAnswer.Over,
            },
            HttpStatusCode.NotFound => CodeAnswer.Over,
            HttpStatusCode.TooManyRequests => CodeAnswer.Exhausted,
            HttpStatusCode.BadRequest => CodeAnswer.Wrong,
            _ => CodeAnswer.Unavailable,
        };
    }

    /// <summary>Ends a verification, so that the next start is a new one with tries of its own. One that is over or unknown is ended already.</summary>
    public Task CancelAsync(string sid, CancellationToken cancellation) =>
        PostAsync($"Verifications/{Uri.EscapeDataString(sid)}", [new("Status", "canceled")], cancellation);

    private async Task<(HttpStatusCode? Status, Verification? Body)> PostAsync(
        string resource, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellation)
    {
        var address = new Uri(options.VerifyBaseUrl, $"/v2/Services/{Uri.EscapeDataString(options.VerifyServiceSid!)}/{resource}");
        using var request = TwilioRequest.Create(options, HttpMethod.Post, address);
        request.Content = new FormUrlEncodedContent(form);
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            var body = response.IsSuccessStatusCode
                ? await response.Content.ReadFromJsonAsync(VerifyJson.Default.Verification, cancellation)
                : null;
            return (response.StatusCode, body);
        }
        catch (JsonException)
        {
            return (null, null);
        }
        catch (Exception e) when (TwilioFailures.NeverLeft(e))
        {
            return (HttpStatusCode.ServiceUnavailable, null);
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            return (null, null);
        }
    }
}

internal sealed record Verification(string? Sid, string? Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Verification))]
internal sealed partial class VerifyJson : JsonSerializerContext;
