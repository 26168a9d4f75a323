using NodaTime;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// Goes through the messages that are due to be looked at, minute by minute, on one replica at a time: a lease in the document
/// that says how far it got keeps the others out. Dies anywhere without harm: the minute is gone through again.
/// </summary>
internal sealed partial class Reconciler(
    IDocumentStore documents,
    OpenMessages open,
    SettledMessages settled,
    MessageRepository messages,
    MessageRepair repair,
    SmsOptions options,
    IClock clock,
    ILogger<Reconciler> logger) : IDisposable
{
    private const string CursorKey = "open-cursor";
    private const int ParallelLooks = 8;

    /// <summary>How often a process looks for minutes that it does not know of itself, since another one left them behind.</summary>
    private static readonly Duration WiderLook = Duration.FromMinutes(5);

    private static readonly Duration Lease = Duration.FromMinutes(2);

    /// <summary>How far back the very first run looks.</summary>
    private static readonly Duration FirstReach = Duration.FromHours(1);

    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly SemaphoreSlim _oneRun = new(1, 1);
    private Instant _lookedWidely = Instant.MinValue;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        if (!open.KnowsDue(now) && now - _lookedWidely < WiderLook)
            return;
        if (!await _oneRun.WaitAsync(TimeSpan.Zero, cancellation))
            return;

        try
        {
            if (await RunUntilAsync(OpenMessages.MinuteOf(now), cancellation))
                _lookedWidely = now;
        }
        finally
        {
            _oneRun.Release();
        }
    }

    public void Dispose() => _oneRun.Dispose();

    /// <summary>False while another replica is at it.</summary>
    private async Task<bool> RunUntilAsync(Instant until, CancellationToken cancellation)
    {
        var stored = await documents.FindAsync<Cursor>(CursorKey, cancellation);
        var done = stored?.Value.DoneUntil ?? until - FirstReach;
        if (stored is { Value: { Replica: { } other, LeasedUntil: { } end } } && other != _replica && clock.GetCurrentInstant() < end)
            return false;

        var minutes = await open.MinutesAsync(done, until, cancellation);
        if (minutes.Count == 0 && until - done < FirstReach)
            return true;

        var budget = new CallBudget(options.ReconcileCallsPerMinute);
        foreach (var minute in minutes)
        {
            if (!await TryLeaseAsync(done, cancellation))
                return false;
            await GoThroughAsync(minute, budget, cancellation);
            done = minute;
        }

        await documents.UpdateAsync<Cursor>(
            CursorKey, current => current is { Replica: { } holder } && holder != _replica ? null : new Cursor(until, null, null), cancellation);
        await open.RemoveHoursAsync(stored?.Value.DoneUntil ?? until, until, cancellation);
        return true;
    }

    /// <summary>Stores how far this replica got and keeps the others out for a while longer.</summary>
    private async Task<bool> TryLeaseAsync(Instant done, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var mine = await documents.UpdateAsync<Cursor>(
            CursorKey,
            current => current is { Replica: { } holder, LeasedUntil: { } end } && holder != _replica && now < end
                ? null
                : new Cursor(Instant.Max(done, current?.DoneUntil ?? done), _replica, now + Lease),
            cancellation);
        return mine?.Replica == _replica;
    }

    private async Task GoThroughAsync(Instant at, CallBudget budget, CancellationToken cancellation)
    {
        var minute = await open.ReadAsync(at, cancellation);
        var ids = minute.Ids.Distinct().ToLookup(id => repair.EndsWithoutALook && settled.Contains(id));
        var found = await messages.FindManyAsync([.. ids[false]], cancellation);
        await LookAtAllAsync(ids[true], id => id, repair.LookAtSettledAsync, cancellation);
        await LookAtAllAsync(found, message => message.Id, (message, ended) => repair.LookAsync(message, budget, ended), cancellation);
        await open.RemoveAsync(minute, cancellation);
        if (budget.IsSpent)
            LogBudgetSpent(logger, options.ReconcileCallsPerMinute);
    }

    private Task LookAtAllAsync<T>(
        IEnumerable<T> items, Func<T, string> idOf, Func<T, CancellationToken, Task<Instant?>> look, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelLooks, CancellationToken = cancellation },
            async (item, ended) =>
            {
                if (await look(item, ended) is { } lookAt)
                    await open.LookAtAsync(idOf(item), lookAt, ended);
            });

    /// <summary>Minutes up to <paramref name="DoneUntil"/> were gone through; a replica that died lets go when its lease ends.</summary>
    private sealed record Cursor(Instant DoneUntil, string? Replica, Instant? LeasedUntil);

    [LoggerMessage(4002, LogLevel.Warning, "More messages are silent than Twilio may be asked about in a minute ({Calls}); the rest is asked about later")]
    private static partial void LogBudgetSpent(ILogger logger, int calls);
}

/// <summary>How often one run may still ask Twilio.</summary>
internal sealed class CallBudget(int calls)
{
    private int _left = calls;

    public bool IsSpent => Volatile.Read(ref _left) < 0;

    public bool TryTake() => Interlocked.Decrement(ref _left) >= 0;
}
