using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Messages;

/// <summary>A user who opts out gets nothing that waits; a wall-clock time follows the user's zone; changed quiet hours or zones let deferred messages be judged anew.</summary>
internal sealed class UserChangeReaction(
    IUserDirectory users, UserMessages userMessages, MessageChangesByCaller changes, IClock clock) : IUserChangeListener
{
    public async Task UserChangedAsync(string userId, CancellationToken cancellation)
    {
        var user = await users.FindAsync(userId, cancellation);
        foreach (var message in await userMessages.WaitingAsync(userId, clock.GetCurrentInstant(), cancellation))
        {
            if (user.OptOut is { } optOut)
                await changes.CancelAsync(message.Id, StatusReason.OptedOut, SourceOf(optOut.Reason), cancellation);
            else if (!await changes.KeepWallClockAsync(message, user.Zone, TimelineSource.Api, cancellation)
                && message.DeferredFrom is { } original && DeferralOf(original, user) != message.SendAt)
                await changes.ReleaseAsync(message.Id, cancellation);
        }
    }

    private static TimelineSource SourceOf(OptOutReason reason) => reason switch
    {
        OptOutReason.Keyword => TimelineSource.Inbound,
        OptOutReason.Provider => TimelineSource.Twilio,
        _ => TimelineSource.Api,
    };

    private Instant? DeferralOf(Instant original, UserPreferences user) =>
        user.QuietHours?.EndOfQuietTime(Instant.Max(original, clock.GetCurrentInstant()), user.Zone);
}
