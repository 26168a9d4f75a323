namespace SmsDapr.Simulators.Twilio.Verify;

internal enum VerificationStatus
{
    Pending,
    Approved,
    Canceled,
}

internal sealed record Verification(
    string Sid, string ServiceSid, string To, string Channel, VerificationStatus Status, int Sends, int Checks, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Phone verifications under way; a restart forgets them. One per service and number at a time.</summary>
internal sealed class Verifications(TwilioSids sids, TimeProvider clock, SimulatorOptions options)
{
    private const int MostSends = 5;
    private const int MostChecks = 5;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Service, string To), Verification> _current = [];

    /// <summary>Starts one, or sends the code again; null after too many sends.</summary>
    public Verification? Start(string service, string to, string channel)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (Pending(service, to) is not { } pending)
                return _current[(service, to)] = new(sids.Next("VE"), service, to, channel, VerificationStatus.Pending, 1, 0, now, now);
            return pending.Sends == MostSends
                ? null
                : _current[(service, to)] = pending with { Sends = pending.Sends + 1, Channel = channel, UpdatedAt = now };
        }
    }

    /// <summary>Compares a code. Nothing to check: null. Too many tries: <c>Exhausted</c>.</summary>
    public (Verification? Verification, bool Exhausted) Check(string service, string to, string code)
    {
        lock (_gate)
        {
            if (Pending(service, to) is not { } pending)
                return (null, false);
            if (pending.Checks == MostChecks)
                return (pending, true);
            var approved = code == options.VerificationCode;
            return (_current[(service, to)] = pending with
            {
                Checks = pending.Checks + 1,
                Status = approved ? VerificationStatus.Approved : VerificationStatus.Pending,
                UpdatedAt = clock.GetUtcNow(),
            }, false);
        }
    }

    public Verification? Find(string service, string sid)
    {
        lock (_gate)
            return _current.Values.FirstOrDefault(verification => verification.ServiceSid == service && verification.Sid == sid);
    }

    public Verification? Finish(string service, string sid, VerificationStatus status)
    {
        lock (_gate)
        {
            if (Find(service, sid) is not { Status: VerificationStatus.Pending } pending)
                return null;
            return _current[(service, pending.To)] = pending with { Status = status, UpdatedAt = clock.GetUtcNow() };
        }
    }

    private Verification? Pending(string service, string to) =>
        _current.TryGetValue((service, to), out var verification)
        && verification.Status == VerificationStatus.Pending
        && clock.GetUtcNow() - verification.CreatedAt < Lifetime
            ? verification
            : null;
}
