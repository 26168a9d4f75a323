using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Service.Calendar.Sources.Feeds;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>Calendars at Google. Recurring events come as their occurrences, each under its own id.</summary>
internal sealed class GoogleCalendarSource(GoogleCalendarClient client, GoogleCalendarOptions options, IClock clock) : ICalendarSource
{
    public const string PushPath = "/webhooks/google-calendar";

    // What Google does when nobody says otherwise.
    private static readonly Duration DefaultChannelLife = Duration.FromDays(7);

    public bool Holds(string calendarId) => !FeedAddress.IsFeed(calendarId);

    public async Task<CalendarPage> ListAsync(CalendarAddress calendar, CalendarCursor cursor, CancellationToken cancellation)
    {
        var events = await client.ListAsync(calendar, cursor, cancellation);
        // Neither token: nothing to go on from, and the next round would be a full one without knowing it.
        if (events.NextPageToken is null && events.NextSyncToken is null)
            throw new CalendarUnavailableException("Google's list ends without a token.");
        return new CalendarPage(
            [.. (events.Items ?? []).Where(found => found.Id is not null)
                .Select(found => new CalendarChange(found.Id!, found.ToEntry(calendar.CalendarId, events.TimeZone)))],
            events.NextPageToken,
            events.NextPageToken is null ? events.NextSyncToken : null)
        {
            TimeZone = events.TimeZone,
        };
    }

    public async Task<CalendarEntry?> FindAsync(CalendarAddress calendar, string eventId, CancellationToken cancellation)
    {
        if (await client.FindAsync(calendar, eventId, cancellation) is { } found)
            return found.ToEntry(calendar.CalendarId, calendarZone: null);
        // The same answer as for a calendar that is not shared any more: that one must not make every event look deleted.
        await client.ProbeAsync(calendar, cancellation);
        return null;
    }

    public async Task<WatchChannel?> WatchAsync(CalendarAddress calendar, string channelId, string token, CancellationToken cancellation)
    {
        if (options.PublicBaseUrl is not { } address)
            return null;
        var watch = new GoogleWatch(channelId, "web_hook", address.AbsoluteUri.TrimEnd('/') + PushPath, token);
        if (await client.WatchAsync(calendar, watch, cancellation) is not { } channel)
            return null;
        if (channel.ResourceId is not { } resource)
            throw new CalendarUnavailableException("Google's channel has no resource id.");
        var expires = channel.Expiration is { } milliseconds
            ? Instant.FromUnixTimeMilliseconds(milliseconds)
            : clock.GetCurrentInstant() + DefaultChannelLife;
        return new WatchChannel(channelId, resource, token, expires);
    }

    public Task StopAsync(CalendarAddress calendar, WatchChannel channel, CancellationToken cancellation) =>
        client.StopAsync(calendar, new GoogleStop(channel.Id, channel.ResourceId), cancellation);
}
