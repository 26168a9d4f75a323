using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Users;

/// <summary>What came of asking for a code.</summary>
internal abstract record VerificationStart
{
    private VerificationStart()
    {
    }

    public sealed record Pending : VerificationStart;

    /// <summary>Another user has this number verified.</summary>
    public sealed record Taken : VerificationStart;

    /// <summary>Too many starts.</summary>
    public sealed record Limited(Duration? Wait) : VerificationStart;

    /// <summary>The provider sends no code to this number.</summary>
    public sealed record Refused : VerificationStart;

    public sealed record Unavailable : VerificationStart;
}

/// <summary>What came of trying a code.</summary>
internal abstract record VerificationCheck
{
    private VerificationCheck()
    {
    }

    public sealed record Verified(UserPreferences Preferences) : VerificationCheck;

    public sealed record Wrong : VerificationCheck;

    /// <summary>No code is awaited: never asked for, used or too old.</summary>
    public sealed record NothingToCheck : VerificationCheck;

    /// <summary>Only a new start helps.</summary>
    public sealed record Blocked : VerificationCheck;

    /// <summary>Another user was quicker to verify this number.</summary>
    public sealed record Taken : VerificationCheck;

    public sealed record Unavailable : VerificationCheck;
}

/// <summary>
/// Leads a user to a verified number. Starts and tries are counted before the provider is asked, and given back when the provider certainly
/// sent, or could compare, nothing; a crash in between costs a try or a start, never a limit.
/// </summary>
internal sealed class PhoneVerifications(IDocumentStore documents, UserPhones phones, IUserDirectory users, TwilioVerify verify, IClock clock)
{
    /// <summary>A code that came so long ago is not sent once more: it would be too old before its reader has typed it in. Twilio gives one ten minutes.</summary>
    private static readonly Duration StaysUseful = Duration.FromMinutes(5);

    public async Task<VerificationStart> StartAsync(string userId, string e164, CancellationToken cancellation)
    {
        if (!verify.IsConfigured)
            return new VerificationStart.Unavailable();

        var fresh = new PhoneVerification { UserId = userId, Starts = await ErasedStarts.FindAsync(documents, userId, cancellation) };
        var before = fresh;
        PhoneVerification? started = null;
        var now = clock.GetCurrentInstant();
        await documents.UpdateAsync<PhoneVerification>(
            Key(userId),
            current =>
            {
                before = current ?? fresh;
                return started = before.Start(e164, now);
            },
            cancellation);
        if (started is null)
            return new VerificationStart.Limited(before.NextStart(now) - now);

        // Counted like any other start, so that nobody finds out by trying which numbers others have.
        if (await users.FindByPhoneAsync(e164, cancellation) is { } owner && owner != userId)
        {
            await ChangeAsync(userId, current => current.GoBack(before, started), cancellation);
            return new VerificationStart.Taken();
        }

        // Asked for a code again, the provider goes on with the verification that is under way, used-up tries and the end of its time included.
        var isAgain = before.Number is null || before.Number == e164;
        if (isAgain && before.ProviderSid is { } known && (before.Checks > 0 || before.ProviderBeganAt is not { } began || now - began >= StaysUseful))
            await verify.CancelAsync(known, cancellation);
        switch (await verify.StartAsync(e164, cancellation))
        {
            case CodeRequest.Sent sent:
                await ChangeAsync(userId, current => current.Began(started, sent.Sid, now), cancellation);
                if (!isAgain && before.ProviderSid is { } other)
                    await verify.CancelAsync(other, cancellation);
                return new VerificationStart.Pending();
            case CodeRequest.Refused:
                await ChangeAsync(userId, current => current.GoBack(before, started), cancellation);
                return new VerificationStart.Refused();
            case CodeRequest.Limited:
                await ChangeAsync(userId, current => current.Unstart(before, started), cancellation);
                return new VerificationStart.Limited(Wait: null);
            case CodeRequest.NotSent:
                await ChangeAsync(userId, current => current.Unstart(before, started), cancellation);
                return new VerificationStart.Unavailable();
            default:
                return new VerificationStart.Unavailable();
        }
    }

    public async Task<VerificationCheck> CheckAsync(string userId, string code, CancellationToken cancellation)
    {
        if (!verify.IsConfigured)
            return new VerificationCheck.Unavailable();

        PhoneVerification? counted = null;
        var stored = await documents.UpdateAsync<PhoneVerification>(Key(userId), current => counted = current?.Check(), cancellation);
        if (counted is not { Number: { } e164 })
            return stored is { IsBlocked: true } ? new VerificationCheck.Blocked() : new VerificationCheck.NothingToCheck();

        switch (await verify.CheckAsync(e164, code, cancellation))
        {
            case CodeAnswer.Right:
                return await VerifiedAsync(counted, e164, cancellation);
            case CodeAnswer.Wrong:
                return new VerificationCheck.Wrong();
            case CodeAnswer.Over:
                return new VerificationCheck.NothingToCheck();
            case CodeAnswer.Exhausted:
                await ChangeAsync(userId, current => current.Block(counted), cancellation);
                return new VerificationCheck.Blocked();
            default:
                await ChangeAsync(userId, current => current.Uncheck(counted), cancellation);
                return new VerificationCheck.Unavailable();
        }
    }

    private async Task<VerificationCheck> VerifiedAsync(PhoneVerification counted, string e164, CancellationToken cancellation)
    {
        var preferences = await phones.SetVerifiedAsync(counted.UserId, e164, cancellation);
        await ChangeAsync(counted.UserId, current => current.Complete(counted), cancellation);
        return preferences is null ? new VerificationCheck.Taken() : new VerificationCheck.Verified(preferences);
    }

    private Task<PhoneVerification?> ChangeAsync(string userId, Func<PhoneVerification, PhoneVerification?> change, CancellationToken cancellation) =>
        documents.UpdateAsync<PhoneVerification>(Key(userId), current => current is null ? null : change(current), cancellation);

    internal static string Key(string userId) => $"phone-verification-{userId}";
}
