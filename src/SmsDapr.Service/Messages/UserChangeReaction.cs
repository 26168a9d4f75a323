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
        var user = await users.FindAsync(userId, cancellation);
        foreach (var message in await userMessages.WaitingAsync(userId, clock.GetCurrentInstant(), cancellation))
        {
            if (user.OptOut is { } optOut)
                await changes.CancelAsync(message.Id, StatusReason.OptedOut, SourceOf(optOut.Reason), cancellation);
            else if (await changes.KeepWallClockAsync(message, user.Zone, TimelineSource.Api, cancellation))
                continue;
            else if (message.DeferredFrom is not null && await changes.KeepDeferralAsync(message.Id, user, cancellation))
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
