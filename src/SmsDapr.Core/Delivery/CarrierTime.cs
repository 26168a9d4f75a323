using NodaTime;
using NodaTime.Text;

namespace SmsDapr.Core.Delivery;

/// <summary>
/// Twilio's <c>RawDlrDoneDate</c>: ten digits <c>YYMMDDhhmm</c> that Twilio passes on from the carrier. No zone is known, and carriers differ, so it
/// is kept beside our own times and never ordered or subtracted (source: Twilio's changelog of 2023-02-14).
/// </summary>
public static class CarrierTime
{
    private const string Century = "20";

    private static readonly LocalDateTimePattern Pattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMddHHmm");

    /// <summary>The time on the carrier's clock; null when there is none or it can't be read.</summary>
    public static LocalDateTime? Parse(string? rawDlrDoneDate) =>
        rawDlrDoneDate is not null && Pattern.Parse(Century + rawDlrDoneDate) is { Success: true, Value: var time } ? time : null;
}
