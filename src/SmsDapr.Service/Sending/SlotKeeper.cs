using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Sending;

/// <summary>
/// Keeps a message's slot and its record in step: what it holds stands in <see cref="Message.SlotDate"/> or is given back. A slot is taken before the
/// record says so and given back before the record forgets it, so that a crash leaves one too many, never one too few; the message finds it when it is
/// sent, or ends, on that day.
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
    /// <param name="message">As it was when the slot was taken.</param>
    /// <param name="taken">The slot's date.</param>
    /// <param name="user">The message's user.</param>
    /// <param name="cancellation">Ends the attempt; the message may hold a slot then that its record does not name.</param>
    public async Task SettleLostAsync(Message message, LocalDate taken, UserPreferences user, CancellationToken cancellation)
    {
        var noted = await messages.ApplyAsync(
            message.Id,
            current => current is { Status: MessageStatus.Scheduled, EverAccepted: false, SlotDate: null } && LocalTimes.DateOf(current.DueAt, user.Zone) == taken
                ? current.WithSlot(taken)
                : new Transition.Unchanged(current),
            cancellation);
        if (noted is not Transition.Changed && (noted as Transition.Unchanged)?.Current.SlotDate != taken)
            await users.ReleaseSlotAsync(message.UserId, taken, message.Id, cancellation);
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
