using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using NodaTime.Text;
using SmsDapr.Core.Calendar;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Calendar;

/// <summary>
/// What is known of users' events: one document per event, whose key names user, calendar and event, so that one id in two calendars never mixes;
/// and which events begin on a UTC day. Entries of a day are hints, written before the event that they point to: an event that has
/// moved is skipped by whoever reads it under its old day.
/// </summary>
internal sealed class CalendarEvents(IDocumentStore documents)
{
    /// <summary>Entries in one document; at 43 bytes each it stays below 64 KiB.</summary>
    private const int PartSize = 800;

    public Task<Document<StoredEvent>?> FindAsync(string userId, string calendarId, string eventId, CancellationToken cancellation) =>
        documents.FindAsync<StoredEvent>(Key(userId, Hash(calendarId, eventId)), cancellation);

    /// <summary>The key of an event's document, for reading it together with others.</summary>
    public static string Key(string userId, string calendarId, string eventId) => Key(userId, Hash(calendarId, eventId));

    public Task<IReadOnlyList<Document<StoredEvent>>> FindManyAsync(
        string userId, string calendarId, IEnumerable<string> eventIds, CancellationToken cancellation) =>
        documents.FindManyAsync<StoredEvent>([.. eventIds.Select(id => Key(userId, Hash(calendarId, id))).Distinct()], cancellation);

    /// <summary>The events that begin on these days, and any that used to.</summary>
    public async Task<IReadOnlyList<Document<StoredEvent>>> OnDaysAsync(string userId, IEnumerable<LocalDate> days, CancellationToken cancellation)
    {
        var hashes = await Task.WhenAll(days.Select(day => HashesAsync(userId, day, cancellation)));
        var keys = hashes.SelectMany(ofDay => ofDay).Distinct().Select(hash => Key(userId, hash)).ToList();
        return await documents.FindManyAsync<StoredEvent>(keys, cancellation);
    }

    /// <summary>Changes one event; a null change leaves it alone. Answers what is stored in the end.</summary>
    public Task<StoredEvent?> UpdateAsync(
        string userId, string calendarId, string eventId, Func<StoredEvent?, StoredEvent?> change, CancellationToken cancellation) =>
        documents.UpdateAsync(Key(userId, Hash(calendarId, eventId)), change, cancellation);

    /// <summary>Replaces one version of an event; false when another is stored by now.</summary>
    public Task<bool> TryReplaceAsync(Document<StoredEvent> version, StoredEvent next, CancellationToken cancellation) =>
        documents.TryReplaceAsync(Key(next.Track.UserId, Hash(next.Track.CalendarId, next.Track.EventId)), next, version.ETag, cancellation);

    /// <summary>Deletes an event that nothing depends on.</summary>
    public Task DeleteAsync(StoredEvent stored, CancellationToken cancellation) =>
        documents.DeleteAsync(Key(stored.Track.UserId, Hash(stored.Track.CalendarId, stored.Track.EventId)), cancellation);

    /// <summary>Lists events under the days on which they begin; before they are stored.</summary>
    public Task ListAsync(string userId, IEnumerable<CalendarEntry> entries, CancellationToken cancellation) =>
        Task.WhenAll(entries
            .GroupBy(DayOf)
            .Select(ofDay => ListAsync(userId, ofDay.Key, [.. ofDay.Select(entry => Hash(entry.CalendarId, entry.Id))], cancellation)));

    /// <summary>UTC days that events are listed under, ascending.</summary>
    public async Task<IReadOnlyList<LocalDate>> DaysAsync(string userId, CancellationToken cancellation) =>
        [.. ((await documents.FindAsync<DayDirectory>(DirectoryKey(userId), cancellation))?.Value.Days ?? []).Order()];

    /// <summary>Forgets a day, and those of its events that lie on no later one.</summary>
    public async Task ClearAsync(string userId, LocalDate day, CancellationToken cancellation)
    {
        foreach (var hash in await HashesAsync(userId, day, cancellation))
        {
            var stored = await documents.FindAsync<StoredEvent>(Key(userId, hash), cancellation);
            if (stored is { Value.Day: { } listed } && listed <= day)
                await documents.DeleteAsync(Key(userId, hash), cancellation);
        }

        for (var part = 0; await documents.FindAsync<DayPart>(DayKey(userId, day, part), cancellation) is not null; part++)
            await documents.DeleteAsync(DayKey(userId, day, part), cancellation);
        await documents.UpdateAsync<DayDirectory>(
            DirectoryKey(userId),
            current => current?.Days.Contains(day) == true ? new DayDirectory([.. current.Days.Where(other => other != day)]) : null,
            cancellation);
    }

    /// <summary>Forgets every event of a user.</summary>
    public async Task ForgetAsync(string userId, CancellationToken cancellation)
    {
        foreach (var day in await DaysAsync(userId, cancellation))
            await ClearAsync(userId, day, cancellation);
        await documents.DeleteAsync(DirectoryKey(userId), cancellation);
    }

    public static LocalDate DayOf(CalendarEntry entry) => entry.StartDate ?? entry.Start!.Value.InUtc().Date;

    private async Task ListAsync(string userId, LocalDate day, List<string> hashes, CancellationToken cancellation)
    {
        // The directory first: a day without events is harmless, events without their day are lost.
        if (await documents.FindAsync<DayPart>(DayKey(userId, day, part: 0), cancellation) is null)
            await AddDayAsync(userId, day, cancellation);
        for (var part = 0; hashes.Count > 0; part++)
        {
            List<string> left = [];
            await documents.UpdateAsync<DayPart>(
                DayKey(userId, day, part),
                current =>
                {
                    var known = current?.Hashes ?? [];
                    var added = hashes.Except(known).ToList();
                    var room = PartSize - known.Count;
                    left = [.. added.Skip(room)];
                    return added.Count == 0 || room == 0 ? null : new DayPart([.. known, .. added.Take(room)]);
                },
                cancellation);
            hashes = left;
        }
    }

    private Task<DayDirectory?> AddDayAsync(string userId, LocalDate day, CancellationToken cancellation) =>
        documents.UpdateAsync<DayDirectory>(
            DirectoryKey(userId),
            current => current?.Days.Contains(day) == true ? null : new DayDirectory([.. current?.Days ?? [], day]),
            cancellation);

    private async Task<IReadOnlyList<string>> HashesAsync(string userId, LocalDate day, CancellationToken cancellation)
    {
        var hashes = new List<string>();
        for (var part = 0; ; part++)
        {
            var document = await documents.FindAsync<DayPart>(DayKey(userId, day, part), cancellation);
            hashes.AddRange(document?.Value.Hashes ?? []);
            if (document is null || document.Value.Hashes.Count < PartSize)
                return hashes;
        }
    }

    private static string Hash(string calendarId, string eventId) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{calendarId}\n{eventId}")).AsSpan(0, 20));

    private static string Key(string userId, string hash) => $"calendar-event-{userId}-{hash}";

    private static string DayKey(string userId, LocalDate day, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"calendar-day-{userId}-{LocalDatePattern.Iso.Format(day)}-{part}");

    private static string DirectoryKey(string userId) => $"calendar-days-{userId}";

    private sealed record DayDirectory(IReadOnlyList<LocalDate> Days);

    private sealed record DayPart(IReadOnlyList<string> Hashes);
}
