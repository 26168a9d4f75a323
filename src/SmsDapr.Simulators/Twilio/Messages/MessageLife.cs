using System.Collections.Concurrent;
using SmsDapr.Simulators.Twilio.Storage;
using SmsDapr.Simulators.Twilio.Webhooks;

namespace SmsDapr.Simulators.Twilio.Messages;

/// <summary>
/// Moves messages through their steps. Whatever a step causes is under way before its timer callback returns, so a clock that
/// waits for outgoing calls never overtakes it.
/// </summary>
internal sealed class MessageLife(
    TwilioState state,
    TimeProvider clock,
    WebhookSender webhooks,
    TwilioSids sids,
    SimulatorOptions options,
    IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly ConcurrentDictionary<string, ITimer> _timers = new(StringComparer.Ordinal);

    /// <summary>Waits for the next step of the message.</summary>
    public void Begin(Message message)
    {
        if (message.NextStep is not { } next)
            return;
        var due = next.Due - clock.GetUtcNow();
        // Created at rest and started when it is findable, or one that is due at once would outrun its own entry.
        var timer = clock.CreateTimer(
            _ => OnDue(message.Sid, message.StepsTaken), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (_timers.TryRemove(message.Sid, out var previous))
            previous.Dispose();
        _timers[message.Sid] = timer;
        timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes all steps now; done when the webhooks of each are answered. Gives the status of the last answer.</summary>
    public async Task<int?> RunAsync(Message message)
    {
        int? answer = null;
        while (message.NextStep is not null && Take(message.Sid, message.StepsTaken) is { } taken)
        {
            answer = await CarryOutAsync(taken, taken.StepsTaken - 1);
            message = taken;
        }

        return answer;
    }

    /// <summary>Lets a message take one step instead of all that were planned; null when it is final or unknown.</summary>
    public Message? Divert(string sid, LifeStep step)
    {
        if (state.ReplaceSteps(sid, step) is not { } message)
            return null;
        if (_timers.TryRemove(sid, out var timer))
            timer.Dispose();
        OnDue(sid, message.StepsTaken);
        return state.Find(sid);
    }

    /// <summary>Goes on where a killed process stopped. A webhook that got no answer is sent again: Twilio itself would not have died.</summary>
    public void Resume()
    {
        var (waiting, open) = state.Unfinished();
        foreach (var (message, step) in open)
            _ = ReportAsync(message, step);
        foreach (var message in waiting)
            Begin(message);
    }

    /// <summary>A text from a phone, posted to the inbound URL. Gives the SID and the status of the answer.</summary>
    public async Task<(string Sid, int? Answer)> ReceiveAsync(string from, string to, string body)
    {
        var now = clock.GetUtcNow();
        var message = new Message
        {
            Sid = sids.Next("SM"),
            Direction = MessageDirection.Inbound,
            From = from,
            To = to,
            Body = body,
            Status = MessageStatus.Receiving,
            Segments = Segments.Count(body),
            CreatedAt = now,
            UpdatedAt = now,
            WebhookUrl = options.InboundUrl,
            Steps = [new LifeStep { Due = now, Status = MessageStatus.Received, Receipts = [MessageStatus.Received] }],
        };
        state.Create(message);
        return (message.Sid, await RunAsync(message));
    }

    public void Dispose()
    {
        foreach (var timer in _timers.Values)
            timer.Dispose();
    }

    private void OnDue(string sid, int step)
    {
        if (_timers.TryRemove(sid, out var timer))
            timer.Dispose();
        if (lifetime.ApplicationStopping.IsCancellationRequested || Take(sid, step) is not { } message)
            return;
        Begin(message);
        _ = CarryOutAsync(message, step);
    }

    private Task<int?> CarryOutAsync(Message message, int step)
    {
        if (message.Steps[step].Reply is { } reply)
            _ = ReceiveAsync(message.To, message.From!, reply);
        return ReportAsync(message, step);
    }

    private Message? Take(string sid, int step) => state.TakeStep(sid, step, clock.GetUtcNow(), options.Sender);

    private async Task<int?> ReportAsync(Message message, int step)
    {
        if (message.WebhookUrl is not { } url || message.Steps[step].Receipts.Count == 0)
            return null;
        var now = clock.GetUtcNow();
        var answers = await Task.WhenAll(
            message.Steps[step].Receipts.Select(status => webhooks.PostAsync(url, WebhookForms.For(message, status, options, now))));
        // Cut short by the end of this run: left open for the next one.
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
            state.WebhooksDone(message.Sid, step);
        return answers[^1];
    }
}
