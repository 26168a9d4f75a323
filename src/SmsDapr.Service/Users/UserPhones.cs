using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Users;

/// <summary>
/// Verified numbers, each of one user. The claim of the number is stored before the user's document, so a crash in between
/// leaves a claim without a number: its owner simply tries again, and anyone else may have the number once no attempt of
/// the owner can be under way any more.
/// </summary>
internal sealed class UserPhones(IDocumentStore documents, UserDirectory users, IClock clock)
{
    // Far longer than storing the user's document can take.
    private static readonly Duration ClaimLease = Duration.FromMinutes(1);

    /// <summary>Gives a user a verified number; null when it is another user's.</summary>
    public async Task<UserPreferences?> SetVerifiedAsync(string userId, string e164, CancellationToken cancellation)
    {
        if (!await TryClaimAsync(userId, e164, cancellation))
            return null;

        UserPhone? previous = null;
        var now = clock.GetCurrentInstant();
        var after = await users.ChangeAsync(
            userId,
            settings =>
            {
                previous = settings.Phone;
                return settings.WithVerifiedPhone(e164, now);
            },
            cancellation);

        // Whoever was so slow that the claim has been taken over gives way.
        var claim = await documents.FindAsync<PhoneClaim>(PhoneClaim.Key(e164), cancellation);
        if (claim?.Value.UserId != userId)
        {
            await users.ChangeAsync(userId, settings => settings.Phone?.Number == e164 ? settings.WithUnverifiedPhone(e164) : settings, cancellation);
            return null;
        }

        if (previous is { Verified: true } && previous.Number != e164)
            await ReleaseAsync(userId, previous.Number, formerUserId: null, cancellation);
        return after;
    }

    /// <summary>Gives a user a number that is not verified, or takes a verification back.</summary>
    public async Task<UserPreferences> SetUnverifiedAsync(string userId, string e164, CancellationToken cancellation)
    {
        UserPhone? previous = null;
        var after = await users.ChangeAsync(
            userId,
            settings =>
            {
                previous = settings.Phone;
                return settings.WithUnverifiedPhone(e164);
            },
            cancellation);
        if (previous is { Verified: true })
            await ReleaseAsync(userId, previous.Number, formerUserId: previous.Number == e164 ? userId : null, cancellation);
        return after;
    }

    private async Task<bool> TryClaimAsync(string userId, string e164, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var known = (await documents.FindAsync<PhoneClaim>(PhoneClaim.Key(e164), cancellation))?.Value;
        if (known is not null && await IsHeldByAnotherAsync(known, userId, e164, cancellation))
            return false;

        var claim = await documents.UpdateAsync<PhoneClaim>(
            PhoneClaim.Key(e164),
            current => current?.UserId is null || current.UserId == userId || current == known ? new PhoneClaim(userId, now) : null,
            cancellation);
        return claim?.UserId == userId;
    }

    private async Task<bool> IsHeldByAnotherAsync(PhoneClaim claim, string userId, string e164, CancellationToken cancellation) =>
        claim.UserId is { } owner
        && owner != userId
        && (clock.GetCurrentInstant() < claim.ClaimedAt + ClaimLease || (await users.FindAsync(owner, cancellation)).HasVerified(e164));

    // An empty claim instead of none: deleting could hit the claim of the next owner.
    private Task<PhoneClaim?> ReleaseAsync(string userId, string e164, string? formerUserId, CancellationToken cancellation) =>
        documents.UpdateAsync<PhoneClaim>(
            PhoneClaim.Key(e164),
            current => current?.UserId == userId ? current with { UserId = null, FormerUserId = formerUserId } : null,
            cancellation);
}
