using System.Globalization;
using NodaTime;
using NodaTime.Text;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Storage;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// Which messages the reconciler is to look at, by the minute at which it does. An entry is a hint, written before the
/// message that it names: the record decides. A minute is spread over documents by a hash of the id, each of bounded size; a directory
/// per hour says which minutes there are, so that time in which nothing happened costs nothing.
/// </summary>
internal sealed class OpenMessages(IDocumentStore documents, IClock clock)
{
    /// <summary>How long after its time a message is left alone: its receipt has come by then, or is worth asking for.</summary>
    public static readonly Duration Grace = Duration.FromMinutes(5);

    private const int Shards = 64;

    /// <summary>Ids in one document; with ids of 64 characters it stays below 64 KiB.</summary>
    private const int PartSize = 800;

    private static readonly Duration OneMinute = Duration.FromMinutes(1);
    private static readonly InstantPattern MinutePattern = InstantPattern.CreateWithInvariantCulture("yyyyMMdd'T'HHmm");
    private static readonly InstantPattern HourPattern = InstantPattern.CreateWithInvariantCulture("yyyyMMdd'T'HH");

    private readonly Lock _gate = new();
    private readonly SortedSet<Instant> _known = [];

    /// <summary>Whether this process knows of a minute up to <paramref name="now"/>; others may know of more.</summary>
    public bool KnowsDue(Instant now)
    {
        lock (_gate)
            return _known.Count > 0 && _known.Min <= now;
    }

    /// <summary>Puts a message on the list for <see cref="Grace"/> after something is due.</summary>
    public Task AddAsync(string messageId, Instant dueAt, CancellationToken cancellation) =>
        LookAtAsync(messageId, Instant.Max(dueAt, clock.GetCurrentInstant()) + Grace, cancellation);

    public async Task LookAtAsync(string messageId, Instant lookAt, CancellationToken cancellation)
    {
        // The next whole minute, and never one that may be under way.
        var minute = MinuteOf(Instant.Max(lookAt, clock.GetCurrentInstant()) - Duration.Epsilon) + OneMinute;
        if (!IsKnown(minute))
            await AddMinuteAsync(minute, cancellation);

        var shard = ShardOf(messageId);
        for (var part = 0; ; part++)
        {
            var isFull = false;
            await documents.UpdateAsync<Entries>(
                PartKey(minute, shard, part),
                current =>
                {
                    var ids = current?.Ids ?? [];
                    var isListed = ids.Contains(messageId);
                    isFull = !isListed && ids.Count >= PartSize;
                    return isListed || isFull ? null : new Entries(shard, part, [.. ids, messageId]);
                },
                cancellation);
            if (!isFull)
                return;
        }
    }

    /// <summary>The minutes with entries, after one and up to another.</summary>
    public async Task<IReadOnlyList<Instant>> MinutesAsync(Instant after, Instant until, CancellationToken cancellation)
    {
        var hours = HoursBetween(after, until).Select(HourKey).ToList();
        var directories = await documents.FindManyAsync<Minutes>(hours, cancellation);
        var minutes = directories.SelectMany(directory => directory.Value.Listed).Order().ToList();
        lock (_gate)
        {
            _known.RemoveWhere(minute => minute <= after);
            _known.UnionWith(minutes.Where(minute => minute > after));
        }

        return [.. minutes.Where(minute => minute > after && minute <= until)];
    }

    public async Task<OpenMinute> ReadAsync(Instant minute, CancellationToken cancellation)
    {
        var ids = new List<string>();
        var documentKeys = new List<string>();
        var keys = Enumerable.Range(0, Shards).Select(shard => PartKey(minute, shard, part: 0)).ToList();
        while (keys.Count > 0)
        {
            var found = (await documents.FindManyAsync<Entries>(keys, cancellation)).Select(document => document.Value).ToList();
            ids.AddRange(found.SelectMany(entries => entries.Ids));
            documentKeys.AddRange(found.Select(entries => PartKey(minute, entries.Shard, entries.Part)));
            keys = [.. found.Where(entries => entries.Ids.Count >= PartSize).Select(entries => PartKey(minute, entries.Shard, entries.Part + 1))];
        }

        return new OpenMinute(minute, ids, documentKeys);
    }

    /// <summary>Forgets a minute whose messages were all looked at.</summary>
    public async Task RemoveAsync(OpenMinute minute, CancellationToken cancellation)
    {
        await Task.WhenAll(minute.DocumentKeys.Select(key => documents.DeleteAsync(key, cancellation)));
        lock (_gate)
            _known.Remove(minute.At);
    }

    /// <summary>Forgets the directories of hours that are over and done with.</summary>
    public Task RemoveHoursAsync(Instant after, Instant until, CancellationToken cancellation) =>
        Task.WhenAll(HoursBetween(after, until)
            .Where(hour => hour + Duration.FromHours(1) <= until)
            .Select(hour => documents.DeleteAsync(HourKey(hour), cancellation)));

    public static Instant MinuteOf(Instant instant) =>
        Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds() / NodaConstants.SecondsPerMinute * NodaConstants.SecondsPerMinute);

    private static Instant HourOf(Instant instant) =>
        Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds() / NodaConstants.SecondsPerHour * NodaConstants.SecondsPerHour);

    private static IEnumerable<Instant> HoursBetween(Instant after, Instant until)
    {
        for (var hour = HourOf(after); hour <= until; hour += Duration.FromHours(1))
            yield return hour;
    }

    private bool IsKnown(Instant minute)
    {
        lock (_gate)
            return _known.Contains(minute);
    }

    /// <summary>The directory first: a minute without entries is harmless, entries without their minute are lost.</summary>
    private async Task AddMinuteAsync(Instant minute, CancellationToken cancellation)
    {
        await documents.UpdateAsync<Minutes>(
            HourKey(minute),
            current => current?.Listed.Contains(minute) == true ? null : new Minutes([.. current?.Listed ?? [], minute]),
            cancellation);
        lock (_gate)
            _known.Add(minute);
    }

    private static string HourKey(Instant instant) => $"open-{HourPattern.Format(instant)}";

    private static string PartKey(Instant minute, int shard, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"open-{MinutePattern.Format(minute)}-{shard}-{part}");

    internal static int ShardOf(string messageId) => Spread.Of(messageId, Shards);

    private sealed record Entries(int Shard, int Part, IReadOnlyList<string> Ids);

    private sealed record Minutes(IReadOnlyList<Instant> Listed);
}

/// <summary>The messages to look at in one minute, and the documents that list them.</summary>
internal sealed record OpenMinute(Instant At, IReadOnlyList<string> Ids, IReadOnlyList<string> DocumentKeys);
