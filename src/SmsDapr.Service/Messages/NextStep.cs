using NodaTime;

namespace SmsDapr.Service.Messages;

/// <summary>What the workflow does after a step: end, or look again at a time or when nudged, whichever comes first.</summary>
/// <param name="Outcome">Status of a message that needs nothing more; null while it does.</param>
/// <param name="LookAgainAt">UTC; without meaning when a receipt is awaited.</param>
/// <param name="AwaitsReceipt">The message is out: wait for a nudge, however long. The reconciler asks Twilio about silence.</param>
internal sealed record NextStep(string? Outcome, DateTime LookAgainAt, bool AwaitsReceipt)
{
    public static NextStep Over(string outcome) => new(outcome, default, false);

    /// <summary>Not before the instant: what is finer than a timer's ticks is waited out, or the step would come too early for ever.</summary>
    public static NextStep WaitUntil(Instant instant)
    {
        var ticks = Instant.FromUnixTimeTicks(instant.ToUnixTimeTicks());
        return WaitUntil((ticks < instant ? ticks + Duration.FromTicks(1) : ticks).ToDateTimeUtc());
    }

    public static NextStep WaitUntil(DateTime utc) => new(null, utc, false);

    public static NextStep AwaitReceipt { get; } = new(null, default, true);
}
