using System.Globalization;
using System.Net;
using System.Xml;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Local.Clock;

/// <summary>The calls that move the virtual clock and break the state store, for tests on this machine only.</summary>
internal static class ClockApi
{
    private static readonly TimeSpan RealTimeLimit = TimeSpan.FromSeconds(60);

    public static void MapClock(this WebApplication app, VirtualClock clock, StateFaults faults)
    {
        var group = app.MapGroup("/_test").ExcludeFromDescription().AllowAnonymous().AddEndpointFilter(OnlyLoopback);
        group.MapGet("/clock", () => new { now = Text(clock.GetUtcNow()) });
        group.MapPost("/clock/advance", async (AdvanceRequest request, CancellationToken cancellation) =>
        {
            if (Target(request, clock.GetUtcNow()) is not { } target)
            {
                return Results.Problem("Send either {\"by\":\"PT9H\"} or {\"to\":\"2026-03-08T13:00:00Z\"}, not before now.", statusCode: 400);
            }

            var idle = await clock.AdvanceAsync(target, RealTimeLimit, cancellation);
            return Results.Ok(new { now = Text(clock.GetUtcNow()), idle });
        });
        group.MapPost("/faults", (FaultRequest request) => Apply(request, faults));
    }

    private static IResult Apply(FaultRequest request, StateFaults faults)
    {
        if (request.Target != "state" || (request.Down is null) == (request.Fail is null))
        {
            return Results.Problem("Send {\"target\":\"state\"} with either \"down\" or \"fail\" and \"count\".", statusCode: 400);
        }

        if (request.Down is { } down)
        {
            faults.SetDown(down);
            return Results.NoContent();
        }

        if (request.Count is not >= 0 || !Enum.TryParse<StateOperationKinds>(request.Fail, ignoreCase: true, out var kind))
        {
            return Results.Problem("\"fail\" is write, read or all; \"count\" is 0 or more.", statusCode: 400);
        }

        faults.FailNext(kind, request.Count.Value);
        return Results.NoContent();
    }

    private static DateTimeOffset? Target(AdvanceRequest request, DateTimeOffset now)
    {
        switch (request)
        {
            case { By: { } by, To: null }:
                try
                {
                    var span = XmlConvert.ToTimeSpan(by);
                    return span < TimeSpan.Zero || span > DateTimeOffset.MaxValue - now ? null : now + span;
                }
                catch (Exception e) when (e is FormatException or OverflowException)
                {
                    return null;
                }

            case { By: null, To: { } to }:
                return DateTimeOffset.TryParse(to, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant >= now
                    ? instant
                    : null;
            default:
                return null;
        }
    }

    private static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static ValueTask<object?> OnlyLoopback(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            ? next(context)
            : ValueTask.FromResult<object?>(Results.NotFound());

    private sealed record AdvanceRequest(string? By, string? To);

    private sealed record FaultRequest(string? Target, string? Fail, int? Count, bool? Down);
}
