using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using NodaTime;
using NodaTime.Text;
using SmsDapr.Core;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Reporting.Alerts;

/// <summary>Reading and resolving alerts.</summary>
internal static class AlertsApi
{
    public static void AddAlerts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AlertChannels>();
        builder.Services.AddSingleton<AlertBook>();
    }

    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/v1/alerts").RequireAuthorization(Policies.Admin).WithTags("Alerts");
        alerts.MapGet("/", ListAsync)
            .WithName("listAlerts")
            .WithSummary("Alerts, oldest first: the open ones, or with state=all resolved ones too")
            .WithParameter("state", "Left out: open.", new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["open", "all"] })
            .WithQueryParameter("from", "Opened on this UTC date or later, or at this RFC 3339 time or later.", example: "2026-03-01")
            .WithQueryParameter("to", "Opened on this UTC date or before, or before this RFC 3339 time.", example: "2026-03-08")
            .Produces<AlertList>();
        alerts.MapPost("/{id}/resolve", ResolveAsync)
            .WithName("resolveAlert")
            .WithSummary("Resolve an alert by hand; what still fires opens a new one")
            .Produces<AlertView>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<AlertList>, ProblemHttpResult>> ListAsync(
        AlertBook alerts, CancellationToken cancellation, string? state = null, string? from = null, string? to = null)
    {
        var (start, end) = (ReadBound(from, isEnd: false), ReadBound(to, isEnd: true));
        var validation = new RequestValidation()
            .Check(state is null or "open" or "all", "state", "must be open or all")
            .Check(from is null || start is not null, "from", "must be a date or an RFC 3339 time")
            .Check(to is null || end is not null, "to", "must be a date or an RFC 3339 time");
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var found = await alerts.ListAsync(includeResolved: state == "all", cancellation);
        return TypedResults.Ok(new AlertList(
        [
            .. found
                .Where(alert => (start is null || alert.OpenedAt >= start) && (end is null || alert.OpenedAt < end))
                .Select(AlertView.Of),
        ]));
    }

    private static async Task<Results<Ok<AlertView>, ProblemHttpResult>> ResolveAsync(string id, AlertBook alerts, CancellationToken cancellation) =>
        await alerts.ResolveAsync(id, cancellation) is { } alert
            ? TypedResults.Ok(AlertView.Of(alert))
            : Problem.NotFound("There is no such alert.");

    /// <summary>A time as it is; a UTC date as its beginning, or as its end where it ends a range, which then includes it.</summary>
    private static Instant? ReadBound(string? text, bool isEnd)
    {
        if (text is null)
            return null;
        if (LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date })
            return isEnd ? LocalTimes.UtcDay(date).End : LocalTimes.UtcDay(date).Start;
        return Rfc3339.Parse(text);
    }
}
