using System.Globalization;
using NodaTime;
using NodaTime.Text;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Service.Privacy;

namespace SmsDapr.Service.Messages;

/// <summary>
/// Which messages a user has, by the UTC day of their send time, and which users have messages on a day. Entries are hints:
/// a reader loads the record and believes that, so an entry whose message has moved or never came to be is skipped. Entries are
/// written before what they point to, and what is said of a user's day is written once, not with each message.
/// </summary>
internal sealed class MessageIndex(IDocumentStore documents, OpenMessages open, DocumentLifetimes lifetimes)
{
    /// <summary>Ids in one document; with ids of 64 characters it stays below 64 KiB.</summary>
    private const int PartSize = 800;

    /// <summary>Documents over which the users of one day are spread: with 200,000 users a day, ids of 64 characters and some unevenness they stay below 64 KiB.</summary>
    internal const int UserShards = 256;

    private const string AllUsers = "";

    private static readonly LocalDatePattern DayPattern = LocalDatePattern.Iso;

    /// <summary>Lists a message under its send time, for its user and for the reconciler.</summary>
    public Task AddAsync(string userId, Instant sendAt, string messageId, CancellationToken cancellation) =>
        Task.WhenAll(AddForUserAsync(userId, sendAt, messageId, cancellation), open.AddAsync(messageId, sendAt, cancellation));

    /// <summary>Takes a message that never came to be off its user's list.</summary>
    public async Task RemoveAsync(string userId, Instant sendAt, string messageId, CancellationToken cancellation)
    {
        var day = DayOf(sendAt);
        var isLast = false;
        for (var part = 0; !isLast; part++)
        {
            await documents.UpdateAsync<DayPart>(
                PartKey(userId, day, part),
                current =>
                {
                    // Parts are filled in turn; one that was full stays so, or readers would stop at it.
                    isLast = current is null || current.Ids.Count < PartSize;
                    return isLast && current?.Ids.Contains(messageId) == true ? current with { Ids = [.. current.Ids.Where(id => id != messageId)] } : null;
                },
                cancellation);
        }
    }

    /// <summary>Forgets everything that lists a user. The day lists last: they say which documents there are.</summary>
    public async Task RemoveUserAsync(string userId, CancellationToken cancellation)
    {
        foreach (var day in await DaysAsync(userId, cancellation))
        {
            await documents.UpdateAsync<DayUsers>(
                UsersKey(day, Spread.Of(userId, UserShards)),
                current => current?.UserIds.Contains(userId) == true ? current with { UserIds = [.. current.UserIds.Where(id => id != userId)] } : null,
                cancellation);
            var parts = (await IdsAsync(userId, day, cancellation)).Count / PartSize;
            for (var part = parts; part >= 0; part--)
                await documents.DeleteAsync(PartKey(userId, day, part), cancellation);
        }

        await documents.DeleteAsync(DirectoryKey(userId), cancellation);
    }

    private async Task AddForUserAsync(string userId, Instant sendAt, string messageId, CancellationToken cancellation)
    {
        var day = DayOf(sendAt);
        var mayStartDay = false;
        for (var part = 0; ;)
        {
            var outcome = Addition.None;
            await documents.UpdateAsync<DayPart>(
                PartKey(userId, day, part),
                current =>
                {
                    outcome = current is null && part == 0 && !mayStartDay ? Addition.DayIsNew
                        : current?.Ids.Contains(messageId) == true ? Addition.Known
                        : current?.Ids.Count >= PartSize ? Addition.PartIsFull
                        : Addition.Added;
                    return outcome == Addition.Added ? new DayPart(day, [.. current?.Ids ?? [], messageId]) : null;
                },
                cancellation);
            switch (outcome)
            {
                case Addition.DayIsNew:
                    // The directories first: a day without entries is harmless, entries without their day are lost.
                    await Task.WhenAll(
                        AddDayAsync(userId, day, cancellation), AddDayAsync(AllUsers, day, cancellation), AddUserAsync(userId, day, cancellation));
                    mayStartDay = true;
                    break;
                case Addition.PartIsFull:
                    part++;
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>Days on which anyone has entries, ascending.</summary>
    public Task<IReadOnlyList<LocalDate>> AllDaysAsync(CancellationToken cancellation) => DaysAsync(AllUsers, cancellation);

    /// <summary>Users that have entries on a day.</summary>
    public async Task<IReadOnlyList<string>> UsersAsync(LocalDate day, CancellationToken cancellation)
    {
        var keys = Enumerable.Range(0, UserShards).Select(shard => UsersKey(day, shard)).ToList();
        return [.. (await documents.FindManyAsync<DayUsers>(keys, cancellation)).SelectMany(shard => shard.Value.UserIds)];
    }

    /// <summary>Days on which a user has entries, ascending.</summary>
    public async Task<IReadOnlyList<LocalDate>> DaysAsync(string userId, CancellationToken cancellation)
    {
        var directory = await documents.FindAsync<DayDirectory>(DirectoryKey(userId), cancellation);
        return directory is null ? [] : [.. directory.Value.Days.Select(day => DayPattern.Parse(day).Value).Order()];
    }

    public async Task<IReadOnlyList<string>> IdsAsync(string userId, LocalDate day, CancellationToken cancellation)
    {
        var ids = new List<string>();
        for (var part = 0; ; part++)
        {
            var document = await documents.FindAsync<DayPart>(PartKey(userId, day, part), cancellation);
            ids.AddRange(document?.Value.Ids ?? []);
            if (document is null || document.Value.Ids.Count < PartSize)
                return ids;
        }
    }

    public static LocalDate DayOf(Instant sendAt) => sendAt.InUtc().Date;

    private async Task AddDayAsync(string userId, LocalDate day, CancellationToken cancellation)
    {
        var text = DayPattern.Format(day);
        await documents.UpdateAsync<DayDirectory>(
            DirectoryKey(userId),
            current => current?.Days.Contains(text) == true ? null : new DayDirectory([.. (current?.Days ?? []).Where(IsKept), text]),
            cancellation);
    }

    private async Task AddUserAsync(string userId, LocalDate day, CancellationToken cancellation) =>
        await documents.UpdateAsync<DayUsers>(
            UsersKey(day, Spread.Of(userId, UserShards)),
            current => current?.UserIds.Contains(userId) == true ? null : new DayUsers(day, [.. current?.UserIds ?? [], userId]),
            cancellation);

    /// <summary>Whether a day's documents may still be there, when they expire.</summary>
    private bool IsKept(string day) => lifetimes.FirstDay is not { } first || DayPattern.Parse(day).Value >= first;

    private static string UsersKey(LocalDate day, int shard) =>
        string.Create(CultureInfo.InvariantCulture, $"message-users-{DayPattern.Format(day)}-{shard}");

    private static string DirectoryKey(string userId) => $"message-days-{userId}";

    private static string PartKey(string userId, LocalDate day, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"messages-{userId}-{DayPattern.Format(day)}-{part}");

    private enum Addition
    {
        None,
        Added,
        Known,
        DayIsNew,
        PartIsFull,
    }

    private sealed record DayPart(LocalDate? Day, IReadOnlyList<string> Ids) : IOfDay;

    private sealed record DayUsers(LocalDate? Day, IReadOnlyList<string> UserIds) : IOfDay;

    private sealed record DayDirectory(IReadOnlyList<string> Days);
}
