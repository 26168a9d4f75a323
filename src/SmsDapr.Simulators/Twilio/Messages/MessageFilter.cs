using System.Globalization;

namespace SmsDapr.Simulators.Twilio.Messages;

/// <summary>What a list request asks for.</summary>
internal sealed record MessageFilter
{
    private const int DefaultPageSize = 50;
    private const int LargestPageSize = 1000;

    public string? To { get; init; }

    public string? From { get; init; }

    /// <summary>First instant that matches.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>First instant that no longer matches.</summary>
    public DateTimeOffset? Until { get; init; }

    public int PageSize { get; init; } = DefaultPageSize;

    public int Page { get; init; }

    /// <summary>SID of the message that ended the page before.</summary>
    public string? After { get; init; }

    public static MessageFilter Read(IQueryCollection query)
    {
        var day = Period(query["DateSent"]);
        var since = Period(query["DateSent>"]);
        var until = Period(query["DateSent<"]);
        return new MessageFilter
        {
            To = Text("To") is { } to ? E164.Normalize(to) ?? to : null,
            From = Text("From"),
            Since = day?.Start ?? since?.Start,
            Until = day?.End ?? until?.End,
            PageSize = Number("PageSize") is > 0 and var size ? Math.Min(size, LargestPageSize) : DefaultPageSize,
            Page = Number("Page") ?? 0,
            After = Text("PageToken") is { } token && token.StartsWith("PA", StringComparison.Ordinal) ? token[2..] : null,
        };

        string? Text(string name) => query[name] is [{ Length: > 0 } value, ..] ? value : null;

        int? Number(string name) =>
            int.TryParse(query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    public bool Matches(Message message)
    {
        // Twilio lists what it has not sent yet as well; the creation stands in for the missing date.
        var at = message.SentAt ?? message.CreatedAt;
        return (To is null || message.To == To)
            && (From is null || message.From == From)
            && !(at < Since)
            && !(at >= Until);
    }

    /// <summary>A day counts as a whole, an instant as its second.</summary>
    private static (DateTimeOffset Start, DateTimeOffset End)? Period(string? text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, Utc, out var day))
            return (day, day.AddDays(1));
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var instant)
            ? (instant, instant.AddSeconds(1))
            : null;
    }
}
