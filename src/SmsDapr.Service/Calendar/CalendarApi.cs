using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using SmsDapr.Service.Calendar.Sources.Feeds;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Problems;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Calendar;

/// <summary>Which calendar a user's reminders come from.</summary>
/// <param name="CalendarId">An id at Google such as <c>primary</c> or an address, or the address of an iCalendar feed.</param>
/// <param name="RefreshToken">The user's consent at Google; left out for a service account and for feeds, or to keep the one that is known.</param>
public sealed record CalendarRequest(
    [property: Required, Length(1, CalendarRequest.MaxIdLength)] string? CalendarId,
    [property: Length(1, CalendarRequest.MaxTokenLength)] string? RefreshToken)
{
    internal const int MaxIdLength = 2000;
    internal const int MaxTokenLength = 4000;

    /// <summary>Neither: the token and the address of a feed are secrets.</summary>
    public override string ToString() => "calendar request";
}

internal static class CalendarApi
{
    /// <summary>How long a caller waits for the first sync; it goes on without him.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void MapCalendar(this IEndpointRouteBuilder user)
    {
        user.MapPut("/calendar", PutAsync)
            .WithName("putCalendar")
            .WithRequestExample("""{ "calendarId": "primary", "refreshToken": "1//0example" }""")
            .WithSummary("Connects a calendar: opens a channel and takes over its events.");
        user.MapDelete("/calendar", DeleteAsync).WithName("deleteCalendar").WithSummary("Disconnects the calendar and cancels its reminders.");
    }

    private static async Task<Results<Ok<PreferencesView>, ProblemHttpResult>> PutAsync(
        string userId,
        CalendarRequest request,
        Caller caller,
        CalendarConnections connections,
        CalendarDirectory directory,
        CalendarDisconnection disconnection,
        CalendarQueue queue,
        UserDirectory users,
        PreferencesReader view,
        CancellationToken cancellation)
    {
        var calendarId = request.CalendarId?.Trim();
        var validation = new RequestValidation()
            .Check(calendarId is { Length: >= 1 and <= CalendarRequest.MaxIdLength }, "calendarId", $"must have 1 to {CalendarRequest.MaxIdLength} characters")
            .Check(calendarId is null || !FeedAddress.IsFeed(calendarId) || FeedAddress.Parse(calendarId) is not null, "calendarId", "must be a Google calendar id or the https address of an iCalendar feed")
            .Check(request.RefreshToken is null or { Length: >= 1 and <= CalendarRequest.MaxTokenLength }, "refreshToken", $"must have 1 to {CalendarRequest.MaxTokenLength} characters");
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var known = await connections.FindAsync(userId, cancellation);
        // A service account may read calendars of others: who is only himself proves that this one is his.
        if (caller.Role == Role.User && request.RefreshToken is null && !FeedAddress.IsFeed(calendarId!)
            && !(known is { IsConnected: true, RefreshToken: not null } && known.CalendarId == calendarId))
        {
            return Problem.Invalid("refreshToken", "is required");
        }

        if (known is { State: ConnectionState.Disconnecting })
            await disconnection.FinishAsync(known, cancellation);
        else if (known is not null && known.CalendarId != calendarId)
            await disconnection.DisconnectAsync(userId, cancellation);

        await directory.AddAsync(userId, cancellation);
        await connections.UpdateAsync(userId, current => ConnectionLife.Connect(current, userId, calendarId!, request.RefreshToken), cancellation);
        await Task.WhenAny(queue.Enqueue(userId, isUrgent: true), Task.Delay(Patience, TimeProvider.System, cancellation));
        return TypedResults.Ok(await view.ReadAsync(await users.FindAsync(userId, cancellation), caller, cancellation));
    }

    private static async Task<NoContent> DeleteAsync(string userId, CalendarDisconnection disconnection, CancellationToken cancellation)
    {
        await disconnection.DisconnectAsync(userId, cancellation);
        return TypedResults.NoContent();
    }
}
