using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>Posts events to the application and reads its answer.</summary>
internal sealed partial class HttpEventSink(AppChannel app, ILogger<HttpEventSink> logger)
{
    // What anyone publishes must not steer the connection or pass for the sidecar's own word.
    private static readonly HashSet<string> Reserved =
        new(StringComparer.OrdinalIgnoreCase) { "Host", "Connection", "Transfer-Encoding", "Upgrade", "Expect", "pubsubName", "traceparent", ApiTokenCheck.Header };

    public async Task<DeliveryOutcome> DeliverAsync(Subscription subscription, TopicEvent topicEvent, CancellationToken cancellationToken)
    {
        var content = new ReadOnlyMemoryContent(topicEvent.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue(CloudEvents.ContentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, topicEvent.Path.TrimStart('/')) { Content = content };
        foreach (var (name, value) in topicEvent.Message.Metadata.Where(entry => !Reserved.Contains(entry.Key)))
            request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("pubsubName", subscription.PubSub);
        if (topicEvent.Attribute("traceparent") is { } traceParent)
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        try
        {
            using var response = await app.SendAsync(request, cancellationToken);
            return await JudgeAsync(response, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Unanswered(subscription.PubSub, subscription.Topic, failure.GetType().Name);
            return DeliveryOutcome.Retry;
        }
    }

    private static async Task<DeliveryOutcome> JudgeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NotFound)
            return DeliveryOutcome.Drop;
        if (!response.IsSuccessStatusCode)
            return DeliveryOutcome.Retry;
        return ReadStatus(await response.Content.ReadAsByteArrayAsync(cancellationToken)) switch
        {
            null or "" or "SUCCESS" => DeliveryOutcome.Success,
            "DROP" => DeliveryOutcome.Drop,
            _ => DeliveryOutcome.Retry,
        };
    }

    private static string? ReadStatus(byte[] body)
    {
        if (body.Length == 0)
            return null;
        try
        {
            using var answer = JsonDocument.Parse(body);
            return answer.RootElement.ValueKind == JsonValueKind.Object
                && answer.RootElement.TryGetProperty("status", out var status)
                && status.ValueKind == JsonValueKind.String
                ? status.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(EventId = 310, Level = LogLevel.Warning, Message = "The application did not answer an event on {PubSub}/{Topic}: {Failure}")]
    private partial void Unanswered(string pubSub, string topic, string failure);
}
