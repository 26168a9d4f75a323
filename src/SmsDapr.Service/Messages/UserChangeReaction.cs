using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Messages;

/// <summary>
/// A user who opts out gets nothing that waits; a wall-clock time follows the user's zone; changed quiet hours or zones let deferred messages be judged anew;
/// a send that is being decided on what held before the change is decided again.
/// </summary>
internal sealed class UserChangeReaction(
    IUserDirectory users, UserMessages userMessages, MessageChangesByCaller changes, IClock clock) : IUserChangeListener
{
    /// <summary>How far the clocks of replicas may differ: what another one thinks is due may be under way there.</summary>
    private static readonly Duration ClockSkew = Duration.FromMinutes(1);

    public async Task UserChangedAsync(string userId, CancellationToken cancellation)
    {
        // The user last: what is listed by then was accepted before, so that no message of a user who opted in again falls to the opt-out before it.
        var waiting = await userMessages.WaitingAsync(userId, clock.GetCurrentInstant(), cancellation);
        var user = await users.FindAsync(userId, cancellation);
        foreach (var message in waiting)
        {
            if (user.OptOut is { } optOut)
                await changes.CancelAsync(message.Id, StatusReason.OptedOut, SourceOf(optOut.Reason), cancellation);
            else if (await changes.KeepWallClockAsync(message, user.Zone, TimelineSource.Api, cancellation))
                continue;
            else if (message.DeferredFrom is not null && await changes.KeepDeferralAsync(message, user, cancellation))
                continue;
            else if (message.DueAt <= clock.GetCurrentInstant() + ClockSkew)
                await changes.ReconsiderAsync(message.Id, cancellation);
        }
    }

    private static TimelineSource SourceOf(OptOutReason reason) => reason switch
    {
        OptOutReason.Keyword => TimelineSource.Inbound,
        OptOutReason.Provider => TimelineSource.Twilio,
        _ => TimelineSource.Api,
    };
}
