using NodaTime;
using NodaTime.Text;

namespace SmsDapr.Core;

/// <summary>Times as RFC 3339 writes them, with <c>Z</c> or an offset, in either case.</summary>
public static class Rfc3339
{
    // A pattern of NodaTime reads midnight at the end of a day too, which the RFC does not have.
    private const string EndOfDay = "T24";

    /// <summary>The instant of a text, down to 100 ns, the finest that clocks and timers have; null when the text is none.</summary>
    public static Instant? Parse(string? text)
    {
        if (text is null || OffsetDateTimePattern.Rfc3339.Parse(text.ToUpperInvariant()) is not { Success: true, Value: var time }
            || text.Contains(EndOfDay, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            return Instant.FromUnixTimeTicks(time.ToInstant().ToUnixTimeTicks());
        }
        catch (OverflowException)
        {
            // The first and last hours of all time lie outside it in some offsets.
            return null;
        }
    }
}
