using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows.Execution;

/// <summary>
/// Encoded lists of events. History is kept as <c>WorkflowRequest.pastEvents</c> and an inbox as <c>WorkflowRequest.newEvents</c>:
/// pieces laid end to end are what a worker is sent, without being parsed and written again on every turn.
/// </summary>
internal static class HistoryEvents
{
    public const int NoId = -1;

    private static readonly DateTime SentinelFrom = new(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc);

    public static HistoryEvent At(DateTime time, int eventId = NoId) => new() { EventId = eventId, Timestamp = time.ToTimestamp() };

    public static byte[] EncodePast(IEnumerable<HistoryEvent> events) => new WorkflowRequest { PastEvents = { events } }.ToByteArray();

    public static byte[] EncodeNew(IEnumerable<HistoryEvent> events) => new WorkflowRequest { NewEvents = { events } }.ToByteArray();

    public static IReadOnlyList<HistoryEvent> DecodePast(byte[] events) => WorkflowRequest.Parser.ParseFrom(events).PastEvents;

    public static IReadOnlyList<HistoryEvent> DecodeNew(byte[] events) => WorkflowRequest.Parser.ParseFrom(events).NewEvents;

    public static bool IsTerminal(this OrchestrationStatus status) =>
        status is OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Canceled or OrchestrationStatus.Terminated;

    /// <summary>A wait without end is recorded as a timer at the end of the calendar; it is never scheduled.</summary>
    public static bool IsSentinel(Timestamp fireAt) => fireAt.Seconds >= SentinelFrom.ToTimestamp().Seconds;

    /// <summary>The name of the external event that a timer guards; null for other timers. Old workers set only the name.</summary>
    public static string? GuardedEvent(TimerCreatedEvent timer) => timer.OriginCase switch
    {
        TimerCreatedEvent.OriginOneofCase.ExternalEvent => timer.ExternalEvent.Name,
        TimerCreatedEvent.OriginOneofCase.None when timer.HasName => timer.Name,
        _ => null,
    };

    public static TimerRow Row(Instance instance, int timerId, Timestamp fireAt)
    {
        var due = fireAt.ToDateTime();
        return new TimerRow(due, fireAt.Nanos % 100, instance.Key, instance.Row.Generation, timerId);
    }
}
