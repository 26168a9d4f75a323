using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>Many messages in one call to the application, which answers for each. Only what it did not settle is sent again.</summary>
internal sealed partial class BulkDelivery(
    EventAdmission admission,
    DeadLetters deadLetters,
    InboundRetries retries,
    AppChannel app,
    ILogger<BulkDelivery> logger)
{
    private const string EventType = "com.dapr.event.sent.bulk";
    private const string PubSubHeader = "pubsubName";

    public async Task DeliverAsync(Subscription subscription, IReadOnlyList<BulkEntry> batch, WorkUnit work, CancellationToken cancellationToken)
    {
        var admitted = new List<(BulkEntry Entry, TopicEvent Event)>();
        foreach (var entry in batch)
        {
            var (topicEvent, done) = await admission.AdmitAsync(subscription, entry.Message, cancellationToken);
            if (topicEvent is null)
                entry.Settle(done);
            else
                admitted.Add((entry, topicEvent));
        }

        foreach (var route in admitted.GroupBy(item => item.Event.Path, StringComparer.Ordinal))
            await DeliverToAsync(subscription, route.Key, [.. route], work, cancellationToken);
    }

    private async Task DeliverToAsync(
        Subscription subscription, string path, List<(BulkEntry Entry, TopicEvent Event)> open, WorkUnit work, CancellationToken cancellationToken)
    {
        await retries.RunAsync(
            subscription.PubSub,
            work,
            async cancellation =>
            {
                var statuses = await PostAsync(subscription, path, open, cancellation);
                foreach (var item in open.ToArray())
                {
                    switch (statuses(item.Entry.Id))
                    {
                        case DeliveryOutcome.Success:
                            item.Entry.Settle(done: true);
                            open.Remove(item);
                            break;
                        case DeliveryOutcome.Drop:
                            item.Entry.Settle(await deadLetters.BuryAsync(subscription, item.Entry.Message, acknowledgedAnyway: true, cancellation));
                            open.Remove(item);
                            break;
                    }
                }

                return open.Count == 0 ? DeliveryOutcome.Success : DeliveryOutcome.Retry;
            },
            cancellationToken);
        if (open.Count > 0)
            Undelivered(subscription.PubSub, subscription.Topic, open.Count);
        foreach (var (entry, _) in open)
            entry.Settle(await deadLetters.BuryAsync(subscription, entry.Message, acknowledgedAnyway: false, cancellationToken));
    }

    /// <summary>What the application says of each entry by its id.</summary>
    private async Task<Func<string, DeliveryOutcome>> PostAsync(
        Subscription subscription, string path, List<(BulkEntry Entry, TopicEvent Event)> items, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(Envelope(subscription, items)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path.TrimStart('/')) { Content = content };
        request.Headers.TryAddWithoutValidation(PubSubHeader, subscription.PubSub);
        try
        {
            using var response = await app.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return _ => DeliveryOutcome.Success;
            if (!response.IsSuccessStatusCode)
                return _ => DeliveryOutcome.Retry;
            var statuses = BulkAnswer.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return id => statuses.GetValueOrDefault(id, DeliveryOutcome.Retry);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Unanswered(subscription.PubSub, subscription.Topic, failure.GetType().Name);
            return _ => DeliveryOutcome.Retry;
        }
    }

    private static JsonObject Envelope(Subscription subscription, List<(BulkEntry Entry, TopicEvent Event)> items) => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["type"] = EventType,
        ["topic"] = subscription.Topic,
        ["pubsubname"] = subscription.PubSub,
        ["metadata"] = new JsonObject { [PubSubHeader] = subscription.PubSub },
        ["entries"] = new JsonArray([.. items.Select(item => ToJson(subscription, item.Entry, item.Event))]),
    };

    private static JsonObject ToJson(Subscription subscription, BulkEntry entry, TopicEvent topicEvent) => new()
    {
        ["entryId"] = entry.Id,
        ["event"] = subscription.IsRaw ? Convert.ToBase64String(entry.Message.Data.Span) : JsonObject.Create(topicEvent.Attributes),
        ["contentType"] = subscription.IsRaw ? "application/octet-stream" : CloudEvents.ContentType,
        ["metadata"] = new JsonObject(entry.Message.Metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    [LoggerMessage(EventId = 306, Level = LogLevel.Warning, Message = "{Count} events of a bulk delivery on {PubSub}/{Topic} were not delivered")]
    private partial void Undelivered(string pubSub, string topic, int count);

    [LoggerMessage(EventId = 307, Level = LogLevel.Warning, Message = "The application did not answer a bulk delivery on {PubSub}/{Topic}: {Failure}")]
    private partial void Unanswered(string pubSub, string topic, string failure);
}
