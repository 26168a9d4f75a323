using System.Text.Json.Serialization;
using NodaTime;
using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Calendar;

internal enum ConnectionState
{
    Connected,

    /// <summary>Nothing is sent for it any more; what it left behind is being cleared away.</summary>
    Disconnecting,

    /// <summary>Only the numbers are left that keep an old connection's late writes apart from a new one's.</summary>
    Disconnected,
}

/// <summary>A user's calendar: what is needed to follow it, and how far it was followed. One document per user, changed by compare-and-set.</summary>
internal sealed record CalendarConnection
{
    public required string UserId { get; init; }

    public required string CalendarId { get; init; }

    public required ConnectionState State { get; init; }

    /// <summary>A secret. Encryption at rest is the state store's affair.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>Where the next incremental round goes on; null asks for a full one.</summary>
    public string? SyncToken { get; init; }

    /// <summary>Events that begin later were not asked for by the last full round.</summary>
    public Instant? KnownUntil { get; init; }

    /// <summary>How often a sync was asked for; with <see cref="Done"/> it tells whether one is owed, whatever dies in between.</summary>
    public long Requested { get; init; }

    /// <summary>The request that the last finished sync had seen when it began.</summary>
    public long Done { get; init; }

    /// <summary>Grows with every lease: whoever lost the lease is told from its successor by it, and never overwrites what that one stored.</summary>
    public long Round { get; init; }

    /// <summary>The process that follows the calendar now.</summary>
    public string? Holder { get; init; }

    public Instant? LeasedUntil { get; init; }

    public WatchChannel? Channel { get; init; }

    public Instant? ChannelOpenedAt { get; init; }

    /// <summary>When opening a channel last failed; it is tried again after a while, and the calendar is polled meanwhile.</summary>
    public Instant? ChannelFailedAt { get; init; }

    /// <summary>Channels that have a successor, or belong to a connection that ended, and are still to be closed.</summary>
    public IReadOnlyList<WatchChannel> Retired { get; init; } = [];

    /// <summary>The source can't push for this calendar.</summary>
    public bool PollOnly { get; init; }

    /// <summary>Why somebody has to act; null while nobody has to.</summary>
    public string? Problem { get; init; }

    /// <summary>Syncs in a row that the source did not answer, or refused.</summary>
    public int Failures { get; init; }

    /// <summary>When to look even though nothing was pushed; null: not before somebody acts.</summary>
    public Instant? PollAt { get; init; }

    /// <summary>When the user's next local day begins, as far as known; null asks for planning now.</summary>
    public Instant? PlanAt { get; init; }

    /// <summary>UTC days before this one hold no events any more.</summary>
    public LocalDate? ClearedUntil { get; init; }

    [JsonIgnore]
    public CalendarAddress Address => new(UserId, CalendarId, RefreshToken);

    [JsonIgnore]
    public bool IsConnected => State == ConnectionState.Connected;

    /// <summary>Whether the calendar is followed as it should be.</summary>
    [JsonIgnore]
    public bool IsHealthy => Problem is null && Failures < FailuresToTell;

    [JsonIgnore]
    public string? ShownProblem => Problem ?? (IsHealthy ? null : "unavailable");

    /// <summary>The user only: addresses of feeds and tokens are secrets.</summary>
    public override string ToString() => $"calendar of {UserId}: {State}";

    private const int FailuresToTell = 3;
}
