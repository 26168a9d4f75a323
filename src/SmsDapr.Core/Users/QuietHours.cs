using NodaTime;
using NodaTime.Text;

namespace SmsDapr.Core.Users;

/// <summary>
/// A daily span of local time in which nothing is sent: start inclusive, end exclusive, across midnight when the end comes first.
/// On a day whose clock skips a bound, the bound is the first valid instant after the gap; a bound that occurs twice is
/// the earlier instant as a start and the later one as an end.
/// </summary>
public sealed record QuietHours
{
    private static readonly LocalTimePattern Pattern = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    /// <summary>Quiet hours between two different times of day.</summary>
    /// <exception cref="ArgumentException">The bounds are equal, or finer than minutes.</exception>
    public QuietHours(LocalTime start, LocalTime end)
    {
        if (start == end)
            throw new ArgumentException("Quiet hours must start and end at different times.", nameof(end));
        if (start.TickOfDay % NodaConstants.TicksPerMinute != 0 || end.TickOfDay % NodaConstants.TicksPerMinute != 0)
            throw new ArgumentException("Quiet hours are set in whole minutes.", nameof(start));
        Start = start;
        End = end;
    }

    /// <summary>The first quiet minute, <c>HH:mm</c>.</summary>
    public LocalTime Start { get; }

    /// <summary>The first minute after, <c>HH:mm</c>.</summary>
    public LocalTime End { get; }

    /// <summary>Reads two <c>HH:mm</c> times; null when either is malformed or they are equal.</summary>
    public static QuietHours? TryParse(string? start, string? end) =>
        Pattern.Parse(start ?? "") is { Success: true, Value: var from } && Pattern.Parse(end ?? "") is { Success: true, Value: var to } && from != to
            ? new QuietHours(from, to)
            : null;

    /// <summary>Reads the form of the configuration, <c>21:00-08:00</c>; null when it is malformed.</summary>
    public static QuietHours? TryParse(string? span) =>
        span?.Split('-', StringSplitOptions.TrimEntries) is [var start, var end] ? TryParse(start, end) : null;

    /// <summary>Whether an instant is quiet in a zone.</summary>
    public bool Contains(Instant instant, DateTimeZone zone) => EndOfQuietTime(instant, zone) is not null;

    /// <summary>The first instant after <paramref name="instant"/> that is not quiet; null when it is not quiet itself.</summary>
    public Instant? EndOfQuietTime(Instant instant, DateTimeZone zone)
    {
        Instant? end = null;
        // Nearly all-day quiet hours can touch on a day with a repeated hour, so the end of one night may lie in the next.
        while (EndOfNight(end ?? instant, zone) is { } next)
            end = next;
        return end;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Pattern.Format(Start)}-{Pattern.Format(End)}";

    private Instant? EndOfNight(Instant instant, DateTimeZone zone)
    {
        var today = instant.InZone(zone).Date;
        // Of two nights that overlap, the later ends last.
        for (var days = 1; days >= -2; days--)
        {
            var date = today.PlusDays(days);
            var from = At(date + Start, zone, later: false);
            var until = At((End > Start ? date : date.PlusDays(1)) + End, zone, later: true);
            if (from <= instant && instant < until)
                return until;
        }

        return null;
    }

    private static Instant At(LocalDateTime local, DateTimeZone zone, bool later)
    {
        var mapping = zone.MapLocal(local);
        return mapping.Count switch
        {
            0 => mapping.LateInterval.Start,
            1 => mapping.Single().ToInstant(),
            _ => (later ? mapping.Last() : mapping.First()).ToInstant(),
        };
    }
}
