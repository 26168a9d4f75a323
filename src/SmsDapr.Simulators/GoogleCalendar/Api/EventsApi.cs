using System.Text.Json.Nodes;
using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Access;
using SmsDapr.Simulators.GoogleCalendar.Behaviours;
using SmsDapr.Simulators.GoogleCalendar.Events;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Api;

/// <summary>Reading events: list, get and instances.</summary>
internal static class EventsApi
{
    private static readonly Duration SyncTokenLife = Duration.FromDays(28);

    // The page that comes second is empty, once there is more than one: Google does that, and loops that stop at it lose events.
    private const int EmptyPage = 1;

    public static void MapGoogleEvents(this IEndpointRouteBuilder app)
    {
        var events = app.MapGroup("/calendar/v3/calendars/{calendarId}/events");
        // Scripted failures come first, access second.
        events.MapGet("", List).WithCall(CalendarCall.List).AddEndpointFilter(CheckAccessAsync);
        events.MapGet("/{eventId}", Get).WithCall(CalendarCall.Get).AddEndpointFilter(CheckAccessAsync);
        events.MapGet("/{eventId}/instances", Instances).WithCall(CalendarCall.Instances).AddEndpointFilter(CheckAccessAsync);
        events.MapPost("/watch", ChannelsApi.WatchAsync).WithCall(CalendarCall.Watch).AddEndpointFilter(CheckAccessAsync);
    }

    /// <summary>The token first, then whether it may see this calendar.</summary>
    private static async ValueTask<object?> CheckAccessAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.RequestServices.GetRequiredService<AccessTokens>().IsGood(http.Request.Headers.Authorization))
            return GoogleAnswers.Unauthorized(http);
        var state = http.RequestServices.GetRequiredService<CalendarState>();
        return state.Read(GoogleAnswers.CalendarId(http)!, calendar => (object)calendar.Access) switch
        {
            CalendarAccess.Granted => await next(context),
            CalendarAccess.Forbidden => GoogleAnswers.Error(StatusCodes.Status403Forbidden, "forbidden", message: "Forbidden"),
            _ => GoogleAnswers.NotFound(),
        };
    }

    private static IResult List(HttpContext http, CalendarState state, SimulatorOptions options, TimeProvider clock)
    {
        var (query, problem) = ListQuery.Read(http.Request.Query);
        if (query is null)
            return problem!;
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        return state.Read(GoogleAnswers.CalendarId(http)!, calendar => PageOf(http, calendar, query, options, now)) ?? GoogleAnswers.NotFound();
    }

    private static IResult PageOf(HttpContext http, StoredCalendar calendar, ListQuery query, SimulatorOptions options, Instant now)
    {
        if (query.SyncToken is { } sync && (sync.Generation != calendar.TokenGeneration || Instant.FromDateTimeOffset(sync.At) + SyncTokenLife < now))
            return GoogleAnswers.Error(StatusCodes.Status410Gone, "fullSyncRequired", "syncToken", "Sync token is no longer valid, a full sync is required.");
        if (Wrong(query.SyncToken, calendar, query))
            return GoogleAnswers.Invalid("syncToken");
        if (Wrong(query.PageToken, calendar, query) || (query is { PageToken: { } page, SyncToken: var round } && page.Since != round?.Revision))
            return GoogleAnswers.Invalid("pageToken");

        var place = query.PageToken ?? new ListToken(
            calendar.Id,
            calendar.TokenGeneration,
            query.Same,
            query.SyncToken?.Revision,
            calendar.Revision,
            query.SyncToken is null ? query.From?.ToDateTimeOffset() : query.SyncToken.From,
            query.SyncToken?.To ?? (query.To ?? StoredCalendar.DefaultEnd(now)).ToDateTimeOffset(),
            null,
            0,
            now.ToDateTimeOffset());
        var items = place.Since is { } since
            ? calendar.Changes(query.SingleEvents, since, Instant.FromDateTimeOffset(place.To), now)
            : calendar.Items(query.SingleEvents, query.ShowDeleted == true, query.From, query.To, now);
        var rest = items
            .Where(item => place.After is null || string.CompareOrdinal(item.Id, place.After) > 0)
            .OrderBy(item => item.Id, StringComparer.Ordinal)
            .ToList();
        var size = place.Page == EmptyPage ? 0 : Math.Min(query.PageSize, options.CalendarPageSize);
        var shown = rest.Take(size).ToList();
        var more = rest.Count > size;

        var body = Head(calendar);
        var json = Json(http, calendar, query.TimeZone, query.MaxAttendees);
        body["items"] = new JsonArray([.. shown.Select(json.Of)]);
        if (more)
            body["nextPageToken"] = (place with { After = shown is [.., var last] ? last.Id : place.After, Page = place.Page + 1 }).Encode();
        else
            body["nextSyncToken"] = (place with { Since = null, After = null, Page = 0, At = now.ToDateTimeOffset() }).Encode();
        return GoogleAnswers.Ok(body);
    }

    private static bool Wrong(ListToken? token, StoredCalendar calendar, ListQuery query) =>
        token is not null && (token.CalendarId != calendar.Id || token.Query != query.Same);

    private static IResult Get(HttpContext http, string eventId, CalendarState state, TimeProvider clock)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        return state.Read(GoogleAnswers.CalendarId(http)!, calendar =>
        {
            if (calendar.FindItem(eventId, now) is not { } item)
                return null;
            if (http.Request.Headers.IfNoneMatch == EventJson.ETag(item.Revision))
                return Results.StatusCode(StatusCodes.Status304NotModified);
            return GoogleAnswers.Ok(Json(http, calendar, http.Request.Query["timeZone"], null).Of(item));
        }) ?? GoogleAnswers.NotFound();
    }

    private static IResult Instances(HttpContext http, string eventId, CalendarState state, SimulatorOptions options, TimeProvider clock)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        return state.Read(GoogleAnswers.CalendarId(http)!, calendar =>
        {
            if (calendar.Find(eventId) is not { IsSeries: true } series)
                return null;
            var body = Head(calendar);
            var json = Json(http, calendar, http.Request.Query["timeZone"], null);
            body["items"] = new JsonArray(
                [.. series.Instances(calendar.TimeZone, StoredCalendar.DefaultEnd(now)).Where(item => !item.Cancelled).Select(json.Of)]);
            return GoogleAnswers.Ok(body);
        }) ?? GoogleAnswers.NotFound();
    }

    private static JsonObject Head(StoredCalendar calendar) => new()
    {
        ["kind"] = "calendar#events",
        ["etag"] = EventJson.ETag(calendar.Revision),
        ["summary"] = calendar.Summary,
        ["updated"] = EventJson.Timestamp(calendar.ChangedAt ?? DateTimeOffset.UnixEpoch),
        ["timeZone"] = calendar.TimeZone,
        ["accessRole"] = "owner",
        ["defaultReminders"] = new JsonArray(),
    };

    private static EventJson Json(HttpContext http, StoredCalendar calendar, string? zone, int? maxAttendees) => new(
        calendar.Id,
        calendar.TimeZone,
        zone is not null && EventTime.IsZone(zone) ? zone : calendar.TimeZone,
        $"{http.Request.Scheme}://{http.Request.Host}/calendar",
        maxAttendees);
}
