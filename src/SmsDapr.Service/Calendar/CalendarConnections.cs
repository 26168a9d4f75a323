using NodaTime;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Calendar;

/// <summary>The calendar connections of users, and the lease that lets one process at a time follow a calendar.</summary>
internal sealed class CalendarConnections(IDocumentStore documents, IClock clock)
{
    /// <summary>Short, so that a dead process does not hold a calendar up for long; losing it while alive costs only a repetition.</summary>
    private static readonly Duration Lease = Duration.FromSeconds(10);

    private readonly string _replica = Guid.NewGuid().ToString("N");

    /// <summary>The connection, also one that is ending; null when there is none.</summary>
    public async Task<CalendarConnection?> FindAsync(string userId, CancellationToken cancellation) =>
        Present(await documents.FindAsync<CalendarConnection>(Key(userId), cancellation));

    /// <summary>The connection out of what was read together under <see cref="Key"/>.</summary>
    public static CalendarConnection? Read(string userId, DocumentSet documents) => Present(documents.Find<CalendarConnection>(Key(userId)));

    public async Task<IReadOnlyList<CalendarConnection>> FindManyAsync(IReadOnlyList<string> userIds, CancellationToken cancellation) =>
    [
        .. (await documents.FindManyAsync<CalendarConnection>([.. userIds.Select(Key)], cancellation))
            .Select(document => document.Value)
            .Where(connection => connection.State != ConnectionState.Disconnected),
    ];

    /// <summary>Changes what is stored, also what a connection that ended left behind.</summary>
    public Task<CalendarConnection?> UpdateAsync(
        string userId, Func<CalendarConnection?, CalendarConnection?> change, CancellationToken cancellation) =>
        documents.UpdateAsync(Key(userId), change, cancellation);

    /// <summary>The connection under a lease of this process, or whoever holds it; null when there is none.</summary>
    public async Task<(CalendarConnection? Connection, bool IsMine)> LeaseAsync(string userId, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var isMine = false;
        var held = await documents.UpdateAsync<CalendarConnection>(
            Key(userId),
            current =>
            {
                isMine = current is { State: not ConnectionState.Disconnected }
                    && (current.Holder is null || current.Holder == _replica || current.LeasedUntil <= now);
                return isMine ? current! with { Holder = _replica, LeasedUntil = now + Lease, Round = current.Round + 1 } : null;
            },
            cancellation);
        return isMine ? (held, true) : (await FindAsync(userId, cancellation), false);
    }

    /// <summary>Changes the connection if the round is still the one that this process began; null when another took over.</summary>
    public async Task<CalendarConnection?> UpdateRoundAsync(
        CalendarConnection leased, Func<CalendarConnection, CalendarConnection> change, CancellationToken cancellation)
    {
        var until = clock.GetCurrentInstant() + Lease;
        var isMine = false;
        var updated = await documents.UpdateAsync<CalendarConnection>(
            Key(leased.UserId),
            current =>
            {
                isMine = current is { State: not ConnectionState.Disconnected } && current.Round == leased.Round;
                return isMine ? change(current! with { LeasedUntil = until }) : null;
            },
            cancellation);
        return isMine ? updated : null;
    }

    public Task ReleaseAsync(CalendarConnection leased, CancellationToken cancellation) =>
        documents.UpdateAsync<CalendarConnection>(
            Key(leased.UserId),
            current => current is { Holder: not null } && current.Round == leased.Round ? current with { Holder = null, LeasedUntil = null } : null,
            cancellation);

    /// <summary>Forgets what an ended connection left behind; nothing happens while there is one.</summary>
    public async Task DeleteAsync(string userId, CancellationToken cancellation)
    {
        if (await documents.FindAsync<CalendarConnection>(Key(userId), cancellation) is { Value.State: ConnectionState.Disconnected } ended)
            await documents.TryDeleteAsync(Key(userId), ended.ETag, cancellation);
    }

    private static CalendarConnection? Present(Document<CalendarConnection>? stored) =>
        stored?.Value is { State: not ConnectionState.Disconnected } connection ? connection : null;

    public static string Key(string userId) => $"calendar-of-{userId}";
}
