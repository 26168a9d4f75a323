using System.Globalization;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Bindings;

/// <summary>
/// <c>bindings.cron</c>. Each tick has its own timer for its own instant. A tick does not wait for the one before, and ticks
/// missed while the machine slept are gone, both as in daprd.
/// </summary>
internal sealed class CronBinding : IInputBinding
{
    // Timers cannot reach further than about 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly Lock _gate = new();
    private readonly InFlight _inFlight = new();
    private readonly CronSchedule _schedule;
    private readonly TimeProvider _clock;
    private readonly IWorkTracker _work;
    private BindingEventHandler? _handler;
    private ITimer? _timer;
    private DateTimeOffset _due;

    public CronBinding(ComponentSpec spec, TimeProvider clock, IWorkTracker work)
    {
        _clock = clock;
        _work = work;
        try
        {
            _schedule = CronSchedule.Parse(spec.RequiredText("schedule"), clock.LocalTimeZone);
        }
        catch (FormatException malformed)
        {
            throw spec.Complain($"metadata 'schedule': {malformed.Message}", malformed);
        }
    }

    public IReadOnlyList<string> Capabilities => [];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Start(BindingEventHandler handler)
    {
        lock (_gate)
        {
            _handler = handler;
            _timer = _clock.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Aim(_clock.GetUtcNow());
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }

        return _inFlight.WhenDoneAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => new(StopAsync(CancellationToken.None));

    private void Tick()
    {
        lock (_gate)
        {
            if (_timer is null)
                return;
            var now = _clock.GetUtcNow();
            if (now < _due)
            {
                Arm(now);
                return;
            }

            // The unit begins before this callback returns, so that a virtual clock never sees a gap.
            var unit = new WorkUnit(_work);
            Aim(now);
            _inFlight.Add(Task.Run(() => DeliverAsync(unit, now)));
        }
    }

    private async Task DeliverAsync(WorkUnit unit, DateTimeOffset now)
    {
        using (unit)
        {
            var metadata = new Dictionary<string, string>
            {
                ["readTimeUTC"] = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF '+0000 UTC'", CultureInfo.InvariantCulture),
                ["timeZone"] = _schedule.ZoneName ?? "Local",
            };
            await _handler!(metadata, unit);
        }
    }

    private void Aim(DateTimeOffset now)
    {
        if (_schedule.Next(now) is not { } next)
            return;
        _due = next;
        Arm(now);
    }

    private void Arm(DateTimeOffset now)
    {
        var wait = _due - now;
        _timer!.Change(wait < LongestTimer ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : LongestTimer, Timeout.InfiniteTimeSpan);
    }
}
