using Grpc.Core;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Privacy;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// What the reconciler does about one message: compares the record with its workflow, sets right what disagrees, and asks
/// Twilio about silence. Every look may be repeated; whatever it finds, the record decides.
/// </summary>
internal sealed partial class MessageRepair(
    MessageRepository messages,
    MessageIndex index,
    MessageEngine engine,
    SilentMessages silent,
    ProviderCopies copies,
    RetentionOptions retention,
    IClock clock,
    ILogger<MessageRepair> logger)
{
    private static readonly Duration NextMinute = Duration.FromMinutes(1);

    /// <summary>When to look again; null when nothing is left to look at.</summary>
    public async Task<Instant?> LookAsync(Message message, CallBudget budget, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        try
        {
            var next = message switch
            {
                { ErasedAt: not null } => await LookAtErasedAsync(message, budget, now, cancellation),
                { Accepted: false } => await LookAtUnacceptedAsync(message, now, cancellation),
                { IsOver: true } => await LookAtOverAsync(message, budget, now, cancellation),
                { Status: MessageStatus.Sent } => await silent.LookAsync(message, budget, now, cancellation),
                { Status: MessageStatus.Scheduled } when message.DueAt + OpenMessages.Grace > now => message.DueAt + OpenMessages.Grace,
                _ => await LookAtOverdueAsync(message, now, cancellation),
            };
            return !message.Accepted || await messages.RepublishAsync(message, cancellation) ? next : Sooner(next, now + NextMinute);
        }
        catch (Exception e) when (e is RpcException or SidecarUnavailableException)
        {
            LogNotLooked(logger, message.Id, e.GetType().Name);
            return now + NextMinute;
        }
    }

    /// <summary>It should have been sent, or settled, long ago: its workflow is missing, or something it waited for got lost.</summary>
    private async Task<Instant?> LookAtOverdueAsync(Message message, Instant now, CancellationToken cancellation)
    {
        var workflow = await engine.FindAsync(message.Id, cancellation);
        if (workflow.Exists && !workflow.IsWorkflowCompleted)
        {
            await engine.NudgeAsync(message, cancellation);
        }
        else
        {
            await engine.StartAsync(message.Id, cancellation);
            LogRestarted(logger, message.Id, message.Status);
        }

        return now + OpenMessages.Grace;
    }

    /// <summary>What this process itself brought to its end: only its workflow is left, where those do not stay for good.</summary>
    public async Task<Instant?> LookAtSettledAsync(string messageId, CancellationToken cancellation) =>
        retention.Messages is null || await engine.TryPurgeAsync(messageId, cancellation) ? null : clock.GetCurrentInstant() + NextMinute;

    /// <summary>Whether a message that was brought to its end in full has nothing left to be done to its record.</summary>
    public bool EndsWithoutALook => copies.AreKept;

    /// <summary>The process may have died between storing the end and telling of it.</summary>
    private async Task<Instant?> LookAtOverAsync(Message message, CallBudget budget, Instant now, CancellationToken cancellation)
    {
        var workflow = await engine.FindAsync(message.Id, cancellation);
        var isOver = !workflow.Exists || workflow.IsWorkflowCompleted;
        if (!isOver)
        {
            await engine.NudgeAsync(message, cancellation);
            LogWoken(logger, message.Id, message.Status);
        }
        else if (message.OwesSlot)
        {
            await engine.StartAsync(message.Id, cancellation);
            LogRestarted(logger, message.Id, message.Status);
        }

        var next = copies.AreOwed(message) ? await copies.RemoveAsync(message, budget, cancellation) : null;
        if (retention.Messages is null)
            return next;
        return isOver && !message.OwesSlot && await engine.TryPurgeAsync(message.Id, cancellation) ? next : Sooner(next, now + NextMinute);
    }

    /// <summary>Nothing is to remain of its workflow, and Twilio's copies go as those of every message.</summary>
    private async Task<Instant?> LookAtErasedAsync(Message message, CallBudget budget, Instant now, CancellationToken cancellation)
    {
        var next = copies.AreOwed(message) ? await copies.RemoveAsync(message, budget, cancellation) : null;
        return await engine.TryRemoveAsync(message.Id, cancellation) ? next : Sooner(next, now + NextMinute);
    }

    private static Instant Sooner(Instant? one, Instant other) => one < other ? one.Value : other;

    /// <summary>
    /// Nobody was ever told that it was accepted. The index first: a new request under this id lists it again before it
    /// writes over the record, so either this record is still the one that was read, or the entry is put back.
    /// </summary>
    private async Task<Instant?> LookAtUnacceptedAsync(Message message, Instant now, CancellationToken cancellation)
    {
        var workflow = await engine.FindAsync(message.Id, cancellation);
        if (workflow.Exists && !workflow.IsWorkflowCompleted)
            return now + OpenMessages.Grace;

        // One that is over found nothing to take on; as long as it is there the id counts as taken.
        if (workflow.Exists && !await engine.TryPurgeAsync(message.Id, cancellation))
            return now + NextMinute;
        if (now - message.UpdatedAt < NextMinute)
            return now + NextMinute;

        if (await messages.FindAsync(message.Id, cancellation) is not { } version || version.Value.Accepted || version.Value.UpdatedAt != message.UpdatedAt)
            return now + NextMinute;
        await index.RemoveAsync(message.UserId, message.SendAt, message.Id, cancellation);
        if (!await messages.TryDiscardAsync(version, cancellation))
        {
            await index.AddAsync(message.UserId, message.SendAt, message.Id, cancellation);
            return now + NextMinute;
        }

        LogDiscarded(logger, message.Id);
        return null;
    }

    [LoggerMessage(4010, LogLevel.Warning, "Repaired message {MessageId}: it is {Status} and had no workflow; started again")]
    private static partial void LogRestarted(ILogger logger, string messageId, MessageStatus status);

    [LoggerMessage(4011, LogLevel.Information, "Repaired message {MessageId}: it is {Status} and its workflow still waited; woken")]
    private static partial void LogWoken(ILogger logger, string messageId, MessageStatus status);

    [LoggerMessage(4012, LogLevel.Information, "Removed message {MessageId}: it was never accepted")]
    private static partial void LogDiscarded(ILogger logger, string messageId);

    [LoggerMessage(4013, LogLevel.Warning, "Message {MessageId} could not be looked at ({Failure}); it is again in a minute")]
    private static partial void LogNotLooked(ILogger logger, string messageId, string failure);
}
