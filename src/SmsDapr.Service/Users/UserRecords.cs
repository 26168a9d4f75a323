using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Privacy;

namespace SmsDapr.Service.Users;

/// <summary>A user's settings, number and verification. The number's claim goes before the settings, which are the only ones to know the number.</summary>
internal sealed class UserRecords(IDocumentStore documents, IClock clock) : IUserDataHolder
{
    public async Task ForgetAsync(string userId, CancellationToken cancellation)
    {
        if ((await documents.FindAsync<UserSettings>(UserDirectory.UserKey(userId), cancellation))?.Value.Phone is { } phone)
            await ForgetClaimAsync(PhoneClaim.Key(phone.Number), userId, cancellation);
        await ForgetVerificationAsync(userId, cancellation);
        await documents.DeleteAsync(UserDirectory.UserKey(userId), cancellation);
    }

    /// <summary>There are none: what is written after all makes the user known again.</summary>
    public Task ForgetLateWritesAsync(string userId, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Deletes the version whose starts were kept; one that was stored since has more of them.</summary>
    private async Task ForgetVerificationAsync(string userId, CancellationToken cancellation)
    {
        var key = PhoneVerifications.Key(userId);
        do
        {
            if (await documents.FindAsync<PhoneVerification>(key, cancellation) is not { } verification)
                return;
            await ErasedStarts.KeepAsync(documents, userId, verification.Value.Starts, clock.GetCurrentInstant(), cancellation);
            if (await documents.TryDeleteAsync(key, verification.ETag, cancellation))
                return;
        }
        while (true);
    }

    /// <summary>Only this user's claim: the next owner's has another ETag.</summary>
    private async Task ForgetClaimAsync(string key, string userId, CancellationToken cancellation)
    {
        while (await documents.FindAsync<PhoneClaim>(key, cancellation) is { } claim
            && (claim.Value.UserId ?? claim.Value.FormerUserId ?? userId) == userId
            && !await documents.TryDeleteAsync(key, claim.ETag, cancellation))
        {
        }
    }
}
