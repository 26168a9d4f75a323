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
/// Leads a user to a verified number. Starts and tries are counted before the provider is asked, and a try is given back when the
/// provider could not compare it; a crash in between costs a try or a start, never a limit.
/// </summary>
internal sealed class PhoneVerifications(IDocumentStore documents, UserPhones phones, IUserDirectory users, TwilioVerify verify, IClock clock)
{
    public async Task<VerificationStart> StartAsync(string userId, string e164, CancellationToken cancellation)
    {
        if (!verify.IsConfigured)
            return new VerificationStart.Unavailable();

        PhoneVerification? before = null;
        var now = clock.GetCurrentInstant();
        var limited = false;
        await documents.UpdateAsync<PhoneVerification>(
            Key(userId),
            current =>
            {
                before = current ?? new PhoneVerification { UserId = userId };
                var begun = before.Start(e164, now);
                limited = begun is null;
                return begun;
            },
            cancellation);
        if (limited)
            return new VerificationStart.Limited(before!.NextStart(now) - now);

        // Counted like any other start, so that nobody finds out by trying which numbers others have.
        if (await users.FindByPhoneAsync(e164, cancellation) is { } owner && owner != userId)
            return new VerificationStart.Taken();

        // Asked for a code again, the provider goes on with the verification that is under way, used-up tries included.
        if (before is { Checks: > 0, ProviderSid: { } used })
            await verify.CancelAsync(used, cancellation);
        switch (await verify.StartAsync(e164, cancellation))
        {
            case CodeRequest.Sent sent:
                await documents.UpdateAsync<PhoneVerification>(
                    Key(userId), current => current?.Number == e164 ? current with { ProviderSid = sent.Sid } : null, cancellation);
                return new VerificationStart.Pending();
            case CodeRequest.Refused:
                return new VerificationStart.Refused();
            case CodeRequest.Limited:
                return new VerificationStart.Limited(Wait: null);
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
                await ChangeAsync(current => current.Block(counted));
                return new VerificationCheck.Blocked();
            default:
                await ChangeAsync(current => current.Uncheck(counted));
                return new VerificationCheck.Unavailable();
        }

        Task ChangeAsync(Func<PhoneVerification, PhoneVerification?> change) =>
            documents.UpdateAsync<PhoneVerification>(Key(userId), current => current is null ? null : change(current), cancellation);
    }

    private async Task<VerificationCheck> VerifiedAsync(PhoneVerification counted, string e164, CancellationToken cancellation)
    {
        var preferences = await phones.SetVerifiedAsync(counted.UserId, e164, cancellation);
        await documents.UpdateAsync<PhoneVerification>(Key(counted.UserId), current => current?.Complete(counted), cancellation);
        return preferences is null ? new VerificationCheck.Taken() : new VerificationCheck.Verified(preferences);
    }

    internal static string Key(string userId) => $"phone-verification-{userId}";
}
