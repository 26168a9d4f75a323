using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Sending;

/// <summary>
/// Keeps a message's slot and its record in step: what it holds stands in <see cref="Message.SlotDate"/> or is given back. A slot is taken before the
/// record says so and given back before the record forgets it, so that a crash leaves one too many at most, and the record, or the end of the
/// message, leads to it.
/// </summary>
internal sealed class SlotKeeper(MessageRepository messages, IUserDirectory users, IClock clock)
{
    /// <summary>
    /// The message waits for another day than the one on which it holds a slot, and was never accepted: the slot is others'. It takes one of the new
    /// day when it is sent.
    /// </summary>
    public async Task GiveBackOtherDayAsync(Message message, UserPreferences user, CancellationToken cancellation)
    {
        if (message is { EverAccepted: false, SlotDate: { } held } && LocalTimes.DateOf(message.DueAt, user.Zone) != held)
            await GiveBackAsync(message, held, cancellation);
    }

    /// <summary>
    /// The send that took a slot of <paramref name="taken"/> lost to a change of the record. The slot is noted in a message that still goes out on that
    /// day, and otherwise given back.
    /// </summary>
    public async Task SettleLostAsync(string messageId, LocalDate taken, UserPreferences user, CancellationToken cancellation)
    {
        if (await messages.FindAsync(messageId, cancellation) is not { Value: var now } || now.SlotDate == taken)
            return;
        if (now is { Status: MessageStatus.Scheduled, EverAccepted: false, SlotDate: null } && LocalTimes.DateOf(now.DueAt, user.Zone) == taken)
        {
            var noted = await messages.ApplyAsync(
                messageId,
                current => current is { Status: MessageStatus.Scheduled, SlotDate: null } ? current.WithSlot(taken) : new Transition.Unchanged(current),
                cancellation);
            if (noted is Transition.Changed or Transition.Unchanged { Current: { IsFinal: false } })
                return;
        }

        // Whoever sends it, or waits to, on that day has noted it or takes it again.
        if (now.Status != MessageStatus.Sending)
            await users.ReleaseSlotAsync(now.UserId, taken, messageId, cancellation);
    }

    /// <summary>A message that ended without ever being accepted gives back what it holds, also what it took right before a crash.</summary>
    public async Task GiveBackAllAsync(Message ended, CancellationToken cancellation)
    {
        var user = await users.FindAsync(ended.UserId, cancellation);
        var today = clock.GetCurrentInstant().InZone(user.Zone).Date;
        await users.ReleaseSlotAsync(ended.UserId, today, ended.Id, cancellation);
        if (ended.SlotDate is { } held)
            await GiveBackAsync(ended, held, cancellation);
    }

    private async Task GiveBackAsync(Message message, LocalDate held, CancellationToken cancellation)
    {
        await users.ReleaseSlotAsync(message.UserId, held, message.Id, cancellation);
        await messages.ApplyAsync(
            message.Id,
            current => current.SlotDate == held && !current.EverAccepted && current.Status != MessageStatus.Sending
                ? current.WithSlot(null)
                : new Transition.Unchanged(current),
            cancellation);
    }
}
