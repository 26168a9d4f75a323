using System.Collections.Concurrent;
using System.Globalization;
using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Pushes;

/// <summary>
/// Sends what channels owe. Every push is a timer whose call is under way before its callback returns, so a clock that waits for outgoing
/// calls never overtakes it.
/// </summary>
internal sealed partial class CalendarPushes(
    CalendarState state,
    TimeProvider clock,
    IHttpClientFactory clients,
    SimulatorOptions options,
    IHostApplicationLifetime lifetime,
    ILogger<CalendarPushes> logger) : IDisposable
{
    public const string ClientName = "google-calendar-pushes";

    private const int Tries = 6;
    private const int MostSkipped = 3;

    private readonly ConcurrentDictionary<long, ITimer> _timers = new();
    private readonly Lock _chance = new();

    // What simulated chance does must be repeatable, not secret.
#pragma warning disable CA5394
    private readonly Random _random = new(options.Seed);

    /// <summary>What happens to pushes from now on; forgotten at a restart.</summary>
    public PushPlan Plan { get; set; } = new();

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    /// <summary>The pushes about one change: none when it is lost, two when it is doubled.</summary>
    public IReadOnlyList<Push> Announce(Channel channel)
    {
        if (state.FindChannel(channel.Id, Now) is null)
            return [];
        var plan = Plan;
        lock (_chance)
        {
            var number = state.NextNumber(channel.Id, Happens(plan.SkippedNumbers) ? _random.Next(1, MostSkipped + 1) : 0);
            if (Happens(plan.Loss))
                return [];
            var due = clock.GetUtcNow() + plan.Delay + (Happens(plan.Late) ? plan.Lateness : TimeSpan.Zero);
            var push = new Push(0, channel.Id, number, "exists", due);
            return Happens(plan.Duplication) ? [push, push with { Due = due + plan.Delay }] : [push];
        }
    }

    /// <summary>Sends the first message of a new channel as the plan says; done when it is sent or planned.</summary>
    public async Task GreetAsync(Channel channel)
    {
        var plan = Plan;
        if (plan.Sync == SyncMessage.Never)
            return;
        var push = state.Owe(new Push(0, channel.Id, state.NextNumber(channel.Id, 0), "sync", clock.GetUtcNow() + plan.Delay));
        if (plan.Sync == SyncMessage.BeforeAnswer)
            await SendAsync(push, 1);
        else
            Begin([push]);
    }

    public void Begin(IEnumerable<Push> pushes)
    {
        foreach (var push in pushes)
            Begin(push, 1, push.Due - clock.GetUtcNow());
    }

    /// <summary>Sends what a killed process left unsent, or sent without hearing the answer.</summary>
    public void Resume() => Begin(state.Owed());

    public void Dispose()
    {
        foreach (var timer in _timers.Values)
            timer.Dispose();
    }

    private void Begin(Push push, int attempt, TimeSpan due)
    {
        // Created at rest and started when it is findable, or one that is due at once would outrun its own entry.
        var timer = clock.CreateTimer(_ => OnDue(push, attempt), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timers[push.Id] = timer;
        timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void OnDue(Push push, int attempt)
    {
        if (_timers.TryRemove(push.Id, out var timer))
            timer.Dispose();
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
            _ = RunAsync(push, attempt);
    }

    /// <summary>Nobody waits for a push that a timer sends, so what goes wrong is said here; the push stays owed to the next start.</summary>
    private async Task RunAsync(Push push, int attempt)
    {
        try
        {
            await SendAsync(push, attempt);
        }
        catch (Exception failure)
        {
            // The type only: a message may quote the address or the token.
            LogFailed(failure.GetType().Name);
        }
    }

    private async Task SendAsync(Push push, int attempt)
    {
        if (state.FindChannel(push.ChannelId, Now) is not { } channel)
        {
            state.Settle(push.Id);
            return;
        }

        var again = await PostAsync(channel, push) && attempt < Tries;
        // Cut short by the end of this run: left open for the next one.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return;
        if (again)
            Begin(push, attempt + 1, TimeSpan.FromSeconds(Math.Pow(2, attempt - 1)));
        else
            state.Settle(push.Id);
    }

    /// <summary>Whether the answer asks for another try.</summary>
    private async Task<bool> PostAsync(Channel channel, Push push)
    {
        using var client = clients.CreateClient(ClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, channel.Address) { Content = new ByteArrayContent([]) };
        request.Headers.TryAddWithoutValidation("User-Agent", "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)");
        request.Headers.Add("Accept", "*/*");
        request.Headers.Add("X-Goog-Channel-ID", channel.Id);
        request.Headers.Add("X-Goog-Channel-Expiration", channel.ExpiresAt.ToString("R", CultureInfo.InvariantCulture));
        request.Headers.Add("X-Goog-Resource-State", push.State);
        request.Headers.Add("X-Goog-Message-Number", push.Number.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("X-Goog-Resource-ID", channel.ResourceId);
        request.Headers.Add("X-Goog-Resource-URI", channel.ResourceUri);
        if (channel.Token is not null)
            request.Headers.TryAddWithoutValidation("X-Goog-Channel-Token", channel.Token);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, lifetime.ApplicationStopping);
            var status = (int)response.StatusCode;
            if (status >= 300)
                LogRefused(status);
            return status is 500 or 502 or 503 or 504;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            if (!lifetime.ApplicationStopping.IsCancellationRequested)
                LogLost(failure.GetType().Name);
            return true;
        }
    }

    private bool Happens(double share) => _random.NextDouble() < share;
#pragma warning restore CA5394

    [LoggerMessage(EventId = 5101, Level = LogLevel.Warning, Message = "A calendar push was answered with status {Status}.")]
    private partial void LogRefused(int status);

    [LoggerMessage(EventId = 5102, Level = LogLevel.Warning, Message = "A calendar push could not be delivered: {Failure}.")]
    private partial void LogLost(string failure);

    [LoggerMessage(EventId = 5103, Level = LogLevel.Error, Message = "A calendar push was given up until the next start: {Failure}.")]
    private partial void LogFailed(string failure);
}
