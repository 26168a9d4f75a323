using NodaTime;
using SmsDapr.Core.Calendar;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>
/// Calendars that are only an address (<c>https</c>, <c>webcal</c>, on this machine also <c>http</c>), as most calendar programs offer one. They can only be polled.
/// A feed has no changes, only versions: a round over the same version is empty, and a new version expires the sync token. The full round that
/// follows takes the copy that was just fetched.
/// </summary>
internal sealed partial class FeedCalendarSource(FeedClient client, FeedCopies copies, IClock clock, ILogger<FeedCalendarSource> logger) : ICalendarSource
{
    public bool Holds(string calendarId) => FeedAddress.IsFeed(calendarId);

    public async Task<CalendarPage> ListAsync(CalendarAddress calendar, CalendarCursor cursor, CancellationToken cancellation)
    {
        if (cursor.SyncToken is not null)
        {
            await CheckAsync(calendar, FeedToken.Decode(cursor.SyncToken), cancellation);
            return new CalendarPage([], null, cursor.SyncToken);
        }

        var copy = copies.Find(calendar.CalendarId) ?? await FetchAsync(calendar, cancellation);
        var feed = Feed.Parse(calendar.CalendarId, copy.Text, cursor.From);
        var (entries, unreadable) = feed.Entries(cursor.From, cursor.To);
        if (unreadable > 0)
            LogUnreadable(calendar.UserId, unreadable);
        return new CalendarPage([.. entries.Select(entry => new CalendarChange(entry.Id, entry))], null, copy.Token.Encode()) { TimeZone = feed.TimeZone };
    }

    public async Task<CalendarEntry?> FindAsync(CalendarAddress calendar, string eventId, CancellationToken cancellation)
    {
        var copy = copies.Find(calendar.CalendarId) ?? await FetchAsync(calendar, cancellation);
        return Feed.Parse(calendar.CalendarId, copy.Text, clock.GetCurrentInstant()).Find(eventId);
    }

    public Task<WatchChannel?> WatchAsync(CalendarAddress calendar, string channelId, string token, CancellationToken cancellation) =>
        Task.FromResult<WatchChannel?>(null);

    public Task StopAsync(CalendarAddress calendar, WatchChannel channel, CancellationToken cancellation) => Task.CompletedTask;

    private async Task CheckAsync(CalendarAddress calendar, FeedToken? known, CancellationToken cancellation)
    {
        if (known is null)
            throw new SyncTokenExpiredException();
        if (await client.FetchAsync(Address(calendar), known, cancellation) is not { } changed)
            return;
        copies.Keep(calendar.CalendarId, changed);
        throw new SyncTokenExpiredException();
    }

    private async Task<FeedCopy> FetchAsync(CalendarAddress calendar, CancellationToken cancellation)
    {
        var copy = await client.FetchAsync(Address(calendar), known: null, cancellation)
            ?? throw new CalendarUnavailableException("The feed answered without a calendar.");
        copies.Keep(calendar.CalendarId, copy);
        return copy;
    }

    private static Uri Address(CalendarAddress calendar) =>
        FeedAddress.Parse(calendar.CalendarId) ?? throw new CalendarRefusedException("address_not_allowed");

    [LoggerMessage(5041, LogLevel.Warning, "{Count} events in the calendar feed of {UserId} cannot be understood and are left out")]
    private partial void LogUnreadable(string userId, int count);
}
