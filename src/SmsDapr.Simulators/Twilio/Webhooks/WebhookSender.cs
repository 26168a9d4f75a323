using System.Net.Http.Headers;

namespace SmsDapr.Simulators.Twilio.Webhooks;

/// <summary>Posts signed webhooks. The request is under way when the call returns, so a timer callback may start it and go.</summary>
internal sealed partial class WebhookSender(
    IHttpClientFactory clients,
    SimulatorOptions options,
    TwilioSids sids,
    IHostApplicationLifetime lifetime,
    ILogger<WebhookSender> logger)
{
    public const string ClientName = "twilio-webhooks";

    /// <summary>The status of the answer; null when none came in all the tries that the URL allows.</summary>
    public async Task<int?> PostAsync(string url, IReadOnlyCollection<KeyValuePair<string, string>> form)
    {
        var target = WebhookTarget.TryParse(url) ?? throw new ArgumentException("Not a webhook URL.", nameof(url));
        using var client = clients.CreateClient(ClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Uri) { Content = new FormUrlEncodedContent(form) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded", "utf-8");
        request.Headers.Add("X-Twilio-Signature", TwilioSignature.Compute(options.AuthToken, target.Address, form));
        request.Headers.Add("I-Twilio-Idempotency-Token", sids.NextGuid().ToString());
        request.Headers.Add("User-Agent", "TwilioProxy/1.1");
        request.Headers.Add("Accept", "*/*");
        request.Options.Set(WebhookRetryHandler.Overrides, target.Overrides);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, lifetime.ApplicationStopping);
            if (!response.IsSuccessStatusCode)
                LogRefused((int)response.StatusCode);
            return (int)response.StatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            // A lost webhook is lost, as at Twilio; the receiver reconciles.
            if (!lifetime.ApplicationStopping.IsCancellationRequested)
                LogLost(failure.GetType().Name);
            return null;
        }
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "A webhook was answered with status {Status}.")]
    private partial void LogRefused(int status);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "A webhook could not be delivered: {Failure}.")]
    private partial void LogLost(string failure);
}
