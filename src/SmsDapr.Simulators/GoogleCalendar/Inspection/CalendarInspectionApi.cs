using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Access;
using SmsDapr.Simulators.GoogleCalendar.Behaviours;
using SmsDapr.Simulators.GoogleCalendar.Events;
using SmsDapr.Simulators.GoogleCalendar.Pushes;
using SmsDapr.Simulators.GoogleCalendar.Storage;
using SmsDapr.Simulators.Twilio.Inspection;

namespace SmsDapr.Simulators.GoogleCalendar.Inspection;

/// <summary>The simulator's own API: what a person does in a calendar, what goes wrong at Google, and what was asked of it.</summary>
internal static class CalendarInspectionApi
{
    private static readonly Duration DefaultSpan = Duration.FromDays(60);

    public static void MapCalendarInspection(this IEndpointRouteBuilder app)
    {
        var sim = app.MapGroup("/_sim/calendar");
        sim.MapGet("", (CalendarState state) => InspectionJson.Answer(new { Items = state.Read(CalendarView.Of) }));
        sim.MapPut("/{calendarId}", SaveCalendarAsync);
        sim.MapGet("/{calendarId}/events", ListEvents);
        sim.MapPost("/{calendarId}/events", (string calendarId, HttpRequest request, CalendarEditing editing) =>
            EditAsync(request, calendarId, StatusCodes.Status201Created, edit => editing.Create(calendarId, edit)));
        sim.MapPatch("/{calendarId}/events/{eventId}", (string calendarId, string eventId, HttpRequest request, CalendarEditing editing) =>
            EditAsync(request, calendarId, StatusCodes.Status200OK, edit => editing.Change(calendarId, eventId, edit)));
        sim.MapDelete("/{calendarId}/events/{eventId}", (string calendarId, string eventId, HttpRequest request, CalendarEditing editing) =>
            Answer(request, calendarId, StatusCodes.Status200OK, editing.Delete(calendarId, eventId)));
        sim.MapPost("/{calendarId}/events/{eventId}/restore", (string calendarId, string eventId, HttpRequest request, CalendarEditing editing) =>
            Answer(request, calendarId, StatusCodes.Status200OK, editing.Restore(calendarId, eventId)));
        sim.MapPost("/{calendarId}/events/{eventId}/split", (string calendarId, string eventId, HttpRequest request, CalendarEditing editing) =>
            EditAsync(request, calendarId, StatusCodes.Status201Created, edit => editing.Split(calendarId, eventId, edit)));
        MapTroubles(sim);
        MapBooks(sim);
    }

    /// <summary>What goes wrong.</summary>
    private static void MapTroubles(RouteGroupBuilder sim)
    {
        sim.MapPost("/{calendarId}/expire-sync-tokens", (string calendarId, CalendarEditing editing) =>
        {
            editing.ExpireSyncTokens(calendarId);
            return Results.NoContent();
        });
        sim.MapPost("/expire-access-tokens", (AccessTokens tokens) =>
        {
            tokens.ExpireAll();
            return Results.NoContent();
        });
        sim.MapPost("/channels/expire", (CalendarState state, TimeProvider clock) =>
        {
            foreach (var channel in state.Channels(Instant.FromDateTimeOffset(clock.GetUtcNow())))
                state.Close(channel.Id);
            return Results.NoContent();
        });
        sim.MapPut("/consent", SetConsentAsync);
        sim.MapGet("/pushes", (CalendarPushes pushes) => InspectionJson.Answer(pushes.Plan));
        sim.MapPut("/pushes", SetPushesAsync);
        sim.MapGet("/plans", (CallPlans plans) => InspectionJson.Answer(new { Items = plans.Rules }));
        sim.MapPost("/plans", AddPlansAsync);
        sim.MapDelete("/plans", (CallPlans plans) =>
        {
            plans.Clear();
            return Results.NoContent();
        });
    }

    /// <summary>What was asked and what is open.</summary>
    private static void MapBooks(RouteGroupBuilder sim)
    {
        sim.MapGet("/calls", (CallPlans plans) =>
        {
            var (counts, calls) = plans.Seen();
            return InspectionJson.Answer(new
            {
                Counts = Enum.GetValues<CalendarCall>().Where(call => call != CalendarCall.Any)
                    .ToDictionary(call => call.ToString().ToLowerInvariant(), call => counts.GetValueOrDefault(call)),
                Items = calls,
            });
        });
        sim.MapDelete("/calls", (CallPlans plans) =>
        {
            plans.Forget();
            return Results.NoContent();
        });
        sim.MapGet("/channels", (CalendarState state, TimeProvider clock) => InspectionJson.Answer(new
        {
            Items = state.Channels(Instant.FromDateTimeOffset(clock.GetUtcNow()))
                .Select(channel => new { channel.Id, channel.CalendarId, channel.ResourceId, channel.Address, channel.ExpiresAt }),
        }));
    }

    private static async Task<IResult> SaveCalendarAsync(string calendarId, HttpRequest request, CalendarEditing editing, CalendarState state)
    {
        var (edit, problem) = await InspectionJson.ReadAsync<CalendarEdit>(request);
        if (edit is null)
            return InspectionJson.Problem(problem!);
        if (edit.TimeZone is not null && !EventTime.IsZone(edit.TimeZone))
            return InspectionJson.Problem("timeZone is not an IANA time zone.");
        editing.SaveCalendar(calendarId, edit.Summary, edit.TimeZone, edit.Access);
        return InspectionJson.Answer(state.Read(calendarId, CalendarView.Of));
    }

    private static IResult ListEvents(
        string calendarId, DateTimeOffset? from, DateTimeOffset? to, bool? deleted, HttpRequest request, CalendarState state, TimeProvider clock)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var begin = from is { } given ? Instant.FromDateTimeOffset(given) : now - Duration.FromDays(1);
        var end = to is { } last ? Instant.FromDateTimeOffset(last) : begin + DefaultSpan;
        return state.Read(calendarId, calendar => InspectionJson.Answer(new
        {
            Calendar = CalendarView.Of(calendar),
            Now = clock.GetUtcNow(),
            Items = calendar.Items(singleEvents: true, deleted == true, begin, end, now)
                .Select(item => EventView.Of(item, calendar))
                .OrderBy(item => item.StartsAt)
                .ToList(),
        })) ?? NoCalendar();
    }

    private static async Task<IResult> EditAsync(HttpRequest request, string calendarId, int status, Func<EventEdit, EditOutcome> edit)
    {
        var (body, problem) = await InspectionJson.ReadAsync<EventEdit>(request);
        return body is null ? InspectionJson.Problem(problem!) : Answer(request, calendarId, status, edit(body));
    }

    private static IResult Answer(HttpRequest request, string calendarId, int status, EditOutcome outcome) => outcome switch
    {
        { Item: { } item } => InspectionJson.Answer(
            request.HttpContext.RequestServices.GetRequiredService<CalendarState>().Read(calendarId, calendar => EventView.Of(item, calendar)), status),
        { Problem: { } problem } => InspectionJson.Problem(problem),
        _ => InspectionJson.Problem("There is no such event, or it is not in a state for this.", StatusCodes.Status404NotFound),
    };

    private static async Task<IResult> SetConsentAsync(HttpRequest request, CalendarState state)
    {
        var (edit, problem) = await InspectionJson.ReadAsync<ConsentEdit>(request);
        if (edit is null)
            return InspectionJson.Problem(problem!);
        if (edit.RefreshToken is null == edit.Account is null)
            return InspectionJson.Problem("Exactly one of refreshToken and account is needed.");
        state.SetConsent(edit.Account ?? AccessTokens.ConsentOf(edit.RefreshToken!), edit.Revoked);
        return Results.NoContent();
    }

    private static async Task<IResult> SetPushesAsync(HttpRequest request, CalendarPushes pushes)
    {
        var (plan, problem) = await InspectionJson.ReadAsync<PushPlan>(request);
        if ((plan is null ? problem : plan.Problem()) is { } wrong)
            return InspectionJson.Problem(wrong);
        pushes.Plan = plan!;
        return InspectionJson.Answer(plan);
    }

    private static async Task<IResult> AddPlansAsync(HttpRequest request, CallPlans plans)
    {
        var (script, problem) = await InspectionJson.ReadAsync<CallScript>(request);
        if (script is null)
            return InspectionJson.Problem(problem!);
        if (script.Rules.Select(rule => rule.Problem()).FirstOrDefault(found => found is not null) is { } wrong)
            return InspectionJson.Problem(wrong);
        plans.Add(script.Rules);
        return InspectionJson.Answer(new { Items = plans.Rules }, StatusCodes.Status201Created);
    }

    private static IResult NoCalendar() => InspectionJson.Problem("There is no such calendar.", StatusCodes.Status404NotFound);

    private sealed record CalendarEdit(string? Summary = null, string? TimeZone = null, CalendarAccess? Access = null);

    private sealed record ConsentEdit(bool Revoked, string? RefreshToken = null, string? Account = null);

    private sealed record CallScript(IReadOnlyList<CallRule> Rules);
}
