namespace SmsDapr.Service.Calendar;

/// <summary>What Google calls when a calendar changes. Nothing is signed: channel, resource and secret are compared before anything is done.</summary>
internal static class CalendarWebhook
{
    private const string Opened = "sync";

    public static void MapCalendarWebhook(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/webhooks/google-calendar", TakeAsync).AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> TakeAsync(
        HttpRequest request, CalendarChannels channels, CalendarConnections connections, CalendarQueue queue, CancellationToken cancellation)
    {
        var push = new PushHeaders(
            request.Headers["X-Goog-Channel-ID"],
            request.Headers["X-Goog-Resource-ID"],
            request.Headers["X-Goog-Channel-Token"],
            request.Headers["X-Goog-Resource-State"]);
        switch (await channels.IdentifyAsync(push, cancellation))
        {
            case PushOrigin.Known or PushOrigin.Opening when push.State == Opened:
                return Results.Ok();
            case PushOrigin.Known { UserId: var userId }:
                // Stored before the answer: whatever happens to this process, the sync is owed.
                await connections.UpdateAsync(
                    userId, current => current is { IsConnected: true } ? current with { Requested = current.Requested + 1 } : null, cancellation);
                _ = queue.Enqueue(userId, isUrgent: true);
                return Results.Ok();
            case PushOrigin.Opening:
                // Google comes again; by then its id of the channel is known.
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
            default:
                return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
    }
}
