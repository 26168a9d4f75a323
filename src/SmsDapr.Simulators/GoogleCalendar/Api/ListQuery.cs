using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using SmsDapr.Simulators.GoogleCalendar.Events;

namespace SmsDapr.Simulators.GoogleCalendar.Api;

/// <summary>What a page or sync token stands for.</summary>
/// <param name="CalendarId">The calendar it was given for.</param>
/// <param name="Generation">The generation of the calendar's tokens.</param>
/// <param name="Query">The parameters that must stay the same.</param>
/// <param name="Since">Incremental rounds: the revision that the round before ended with.</param>
/// <param name="Revision">The revision that this round began with.</param>
/// <param name="From">Begin of the first round's window.</param>
/// <param name="To">End of the first round's window, up to which series are expanded.</param>
/// <param name="After">Page tokens: the id that the page before ended with.</param>
/// <param name="Page">Page tokens: the number of the page, from 0.</param>
/// <param name="At">When it was given.</param>
internal sealed record ListToken(
    string CalendarId, int Generation, string Query, long? Since, long Revision, DateTimeOffset? From, DateTimeOffset To, string? After, int Page, DateTimeOffset At)
{
    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));

    public static ListToken? Decode(string text)
    {
        try
        {
            return Base64Url.IsValid(text) ? JsonSerializer.Deserialize<ListToken>(Base64Url.DecodeFromChars(text)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The query of an events list, checked as Google checks it.</summary>
internal sealed record ListQuery
{
    private const int MaxResults = 2500;

    // Events are found by these only in Google's own search; here a caller that relies on them should notice.
    private static readonly string[] Unknown = ["q", "iCalUID", "privateExtendedProperty", "sharedExtendedProperty", "updatedMin", "orderBy"];
    private static readonly string[] NotWithSyncToken = [.. Unknown, "timeMin", "timeMax"];

    public bool SingleEvents { get; private init; }

    public bool? ShowDeleted { get; private init; }

    public Instant? From { get; private init; }

    public Instant? To { get; private init; }

    public int PageSize { get; private init; } = 250;

    public int? MaxAttendees { get; private init; }

    public string? TimeZone { get; private init; }

    public ListToken? PageToken { get; private init; }

    public ListToken? SyncToken { get; private init; }

    /// <summary>What must not change between the rounds and pages.</summary>
    public string Same => $"{SingleEvents},{MaxAttendees},{TimeZone}";

    public static (ListQuery? Query, IResult? Problem) Read(IQueryCollection query)
    {
        var hasSyncToken = query.ContainsKey("syncToken");
        if (hasSyncToken && (NotWithSyncToken.Any(query.ContainsKey) || query["showDeleted"] == "false"))
            return (null, GoogleAnswers.Error(
                StatusCodes.Status400BadRequest, "badRequest", "syncToken", "The sync token cannot be used with the specified parameters."));
        if (Unknown.FirstOrDefault(query.ContainsKey) is { } unknown)
            return (null, GoogleAnswers.Error(StatusCodes.Status400BadRequest, "badRequest", unknown, "This simulator does not know the parameter."));

        var (from, fromWrong) = Time(query["timeMin"]);
        var (to, toWrong) = Time(query["timeMax"]);
        if (fromWrong || toWrong)
            return (null, GoogleAnswers.Invalid(fromWrong ? "timeMin" : "timeMax"));
        if (from >= to)
            return (null, GoogleAnswers.Error(StatusCodes.Status400BadRequest, "timeRangeEmpty", "timeMax", "The specified time range is empty."));
        if ((string?)query["timeZone"] is { } zone && !EventTime.IsZone(zone))
            return (null, GoogleAnswers.Invalid("timeZone"));
        if (!Number(query["maxResults"], out var size) || size is < 1)
            return (null, GoogleAnswers.Invalid("maxResults"));
        if (!Number(query["maxAttendees"], out var attendees) || attendees is < 1)
            return (null, GoogleAnswers.Invalid("maxAttendees"));
        if (!Token(query["pageToken"], out var page))
            return (null, GoogleAnswers.Invalid("pageToken"));
        if (!Token(query["syncToken"], out var sync))
            return (null, GoogleAnswers.Invalid("syncToken"));
        return (
            new ListQuery
            {
                SingleEvents = query["singleEvents"] == "true",
                ShowDeleted = query.ContainsKey("showDeleted") ? query["showDeleted"] == "true" : null,
                From = from,
                To = to,
                PageSize = Math.Min(size ?? 250, MaxResults),
                MaxAttendees = attendees,
                TimeZone = query["timeZone"],
                PageToken = page,
                SyncToken = sync,
            },
            null);
    }

    private static (Instant? Value, bool Wrong) Time(string? text)
    {
        if (text is null)
            return (null, false);
        var parsed = OffsetDateTimePattern.ExtendedIso.Parse(text);
        return parsed.Success ? (parsed.Value.ToInstant(), false) : (null, true);
    }

    private static bool Number(string? text, out int? number)
    {
        number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return text is null || number is not null;
    }

    private static bool Token(string? text, out ListToken? token)
    {
        token = text is null ? null : ListToken.Decode(text);
        return text is null || token is not null;
    }
}
