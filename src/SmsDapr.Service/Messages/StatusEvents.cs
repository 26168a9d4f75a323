using System.Globalization;
using System.Text.Json.Serialization;
using Dapr;
using Dapr.Client;
using Grpc.Core;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Messages;

/// <summary>What subscribers of <c>sms-status</c> get: no number and no text.</summary>
internal sealed record StatusEvent(
    string MessageId,
    string UserId,
    MessageStatus Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] StatusReason? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? Attempt,
    long Sequence,
    Instant At);

/// <summary>
/// Publishes timeline entries after they are stored, at least once and in order. What this process has published is written
/// into the record with its next change; after a crash the entries since then go out again, so consumers are idempotent by
/// message and sequence.
/// </summary>
internal sealed partial class StatusEvents(
    DaprClient dapr, SettledMessages settled, DaprOptions options, ILogger<StatusEvents> logger)
{
    public const string Topic = "sms-status";

    private const string EventType = "smsdapr.message.status.v1";

    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(10);

    private readonly PublishedSequences _published = new();

    public Message WithKnownPublished(Message message) =>
        message.WithPublished(_published.Of(message.Id, message.PublishedSequence)) is Transition.Changed { Next: var known } ? known : message;

    /// <summary>False when something is still unpublished.</summary>
    public async Task<bool> PublishAsync(Message message, CancellationToken cancellation)
    {
        var known = _published.Of(message.Id, message.PublishedSequence);
        try
        {
            foreach (var entry in message.Timeline.Where(entry => entry.Sequence > known))
            {
                await PublishAsync(message, entry, cancellation);
                _published.Add(message.Id, entry.Sequence);
            }
        }
        catch (Exception e) when (e is DaprException or RpcException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // The record is stored and true; the entries go out with its next change, or when the reconciler comes by.
            LogNotPublished(logger, message.Id, e.GetType().Name);
            return false;
        }

        if (message.IsFinal)
        {
            _published.Remove(message.Id);
            settled.Add(message.Id, Settlement.Published);
        }

        return true;
    }

    private async Task PublishAsync(Message message, TimelineEntry entry, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(PublishLimit);
        var data = new StatusEvent(message.Id, message.UserId, entry.Status, entry.Reason, entry.Attempt, entry.Sequence, entry.At);
        var metadata = new Dictionary<string, string>
        {
            ["cloudevent.type"] = EventType,
            ["cloudevent.id"] = string.Create(CultureInfo.InvariantCulture, $"{message.Id}-{entry.Sequence}"),
        };
        await dapr.PublishEventAsync(options.PubSub, Topic, data, metadata, limit.Token);
    }

    [LoggerMessage(2001, LogLevel.Warning, "Status of message {MessageId} was stored but not published ({Failure}); it goes out with the next change or when the reconciler comes by")]
    private static partial void LogNotPublished(ILogger logger, string messageId, string failure);
}
