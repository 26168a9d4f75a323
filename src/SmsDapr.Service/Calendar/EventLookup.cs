using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Sending;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Planning;

namespace SmsDapr.Service.Calendar;

/// <summary>What is known of a message's event.</summary>
/// <param name="IsConnected">Whether its calendar still is.</param>
/// <param name="Track">The event, just fetched or as last known, and how far its reminders got; null when the calendar is not connected.</param>
/// <param name="Round">The round of the connection in which it was fetched; null when it is the last known one.</param>
internal sealed record EventSight(bool IsConnected, ReminderTrack? Track, long? Round)
{
    /// <summary>Why the calendar refused to say how the event is now; null when it did not refuse.</summary>
    public string? Problem { get; init; }

    public EventStanding StandingOf(Message message, Instant now) =>
        Track is null ? EventStandings.Of(message, entry: null, IsConnected, now) : EventStandings.Of(message, Track, IsConnected, now);

    public override string ToString() => "event";
}

/// <summary>What is stored of a message's event.</summary>
/// <param name="Sight">What that comes to.</param>
/// <param name="Connection">The connection of its calendar; null when that is not connected.</param>
/// <param name="Stored">The event's document; null when there is none, or its calendar is not connected.</param>
internal sealed record KnownEvent(EventSight Sight, CalendarConnection? Connection, Document<StoredEvent>? Stored)
{
    public override string ToString() => "event";
}

/// <summary>Finds single events: in what is stored, or at their source within a short time.</summary>
internal sealed partial class EventLookup(
    IDocumentStore documents, CalendarConnections connections, CalendarEvents events, CalendarSources sources, IClock clock, ILogger<EventLookup> logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>The keys of the documents that <see cref="Read"/> needs.</summary>
    public static IReadOnlyList<string> KeysOf(Message message) =>
        [CalendarConnections.Key(message.UserId), CalendarEvents.Key(message.UserId, message.Event!.CalendarId, message.Event.Id)];

    /// <summary>What is stored of a message's event, out of what was read together.</summary>
    public static KnownEvent Read(Message message, DocumentSet documents)
    {
        var its = message.Event!;
        if (CalendarConnections.Read(message.UserId, documents) is not { IsConnected: true } connection || connection.CalendarId != its.CalendarId)
            return new KnownEvent(new EventSight(false, null, null), null, null);
        var stored = documents.Find<StoredEvent>(CalendarEvents.Key(message.UserId, its.CalendarId, its.Id));
        return new KnownEvent(new EventSight(true, stored?.Value.Track ?? ReminderTrack.Of(message.UserId, its.ToEntry()), null), connection, stored);
    }

    /// <summary>What is stored of a message's event.</summary>
    public async Task<KnownEvent> LastKnownAsync(Message message, CancellationToken cancellation) =>
        Read(message, await documents.FindAllAsync(KeysOf(message), cancellation));

    /// <summary>The message's event as it is now, changing nothing; as last known when its calendar does not answer, or has not for a while.</summary>
    public async Task<EventSight> NowAsync(Message message, KnownEvent known, CancellationToken cancellation)
    {
        var (sight, connection, _) = known;
        if (connection is null or { IsHealthy: false })
            return sight;
        try
        {
            var entry = await FetchAsync(connection, message.Event!.Id, cancellation);
            return sight with { Track = sight.Track!.Saw(entry), Round = connection.Round };
        }
        catch (CalendarUnavailableException)
        {
            LogLastKnown(logger, message.Id);
            return sight;
        }
        catch (CalendarRefusedException refused)
        {
            LogLastKnown(logger, message.Id);
            return sight with { Problem = refused.Problem };
        }
    }

    /// <summary>Stores that the calendar of a message's event refused to answer. Apart from the look itself, since not everyone who looks may change something.</summary>
    public Task NoteRefusalAsync(Message message, string problem, CancellationToken cancellation) =>
        connections.UpdateAsync(
            message.UserId,
            current => current is { IsConnected: true } && current.CalendarId == message.Event!.CalendarId
                ? current.Refused(problem, clock.GetCurrentInstant())
                : null,
            cancellation);

    /// <summary>Puts a message under the rules of an event; null when the user's calendar has no such timed event ahead.</summary>
    /// <exception cref="CalendarUnavailableException">It is not known here, and its calendar does not answer.</exception>
    public async Task<CalendarEvent?> AttachAsync(string userId, string eventId, string messageId, CancellationToken cancellation)
    {
        if (await connections.FindAsync(userId, cancellation) is not { IsConnected: true } connection)
            return null;
        var stored = (await events.FindAsync(userId, connection.CalendarId, eventId, cancellation))?.Value;
        var entry = stored?.Track.Entry ?? await FindAsync(connection, eventId, cancellation);
        if (entry?.Start is not { } start || start <= clock.GetCurrentInstant())
            return null;

        await events.ListAsync(userId, [entry], cancellation);
        await events.UpdateAsync(
            userId,
            connection.CalendarId,
            eventId,
            current => (current ?? StoredEvent.Seen(null, userId, entry, connection.Round)!).Attach(messageId),
            cancellation);
        return entry.ToEvent();
    }

    private async Task<CalendarEntry?> FindAsync(CalendarConnection connection, string eventId, CancellationToken cancellation)
    {
        try
        {
            return await FetchAsync(connection, eventId, cancellation);
        }
        catch (CalendarRefusedException)
        {
            return null;
        }
    }

    private async Task<CalendarEntry?> FetchAsync(CalendarConnection connection, string eventId, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            return await sources.For(connection.CalendarId).FindAsync(connection.Address, eventId, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new CalendarUnavailableException("The calendar did not answer in time.", e);
        }
    }

    [LoggerMessage(5020, LogLevel.Warning, "The calendar did not say whether the event of message {MessageId} still stands; what was last known counts")]
    private static partial void LogLastKnown(ILogger logger, string messageId);
}
