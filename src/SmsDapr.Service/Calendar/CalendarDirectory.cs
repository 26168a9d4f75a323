using System.Globalization;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Calendar;

/// <summary>Who has a calendar connected. An entry is a hint, written before the connection and removed after it.</summary>
internal sealed class CalendarDirectory(IDocumentStore documents)
{
    /// <summary>A document has room for about 450 ids of the longest kind, 1,500 of a usual one.</summary>
    private const int Shards = 256;

    public Task AddAsync(string userId, CancellationToken cancellation) =>
        documents.UpdateAsync<Entries>(
            Key(StableHash.Of(userId)),
            current => current?.UserIds.Contains(userId) == true ? null : new Entries([.. current?.UserIds ?? [], userId]),
            cancellation);

    public Task RemoveAsync(string userId, CancellationToken cancellation) =>
        documents.UpdateAsync<Entries>(
            Key(StableHash.Of(userId)),
            current => current?.UserIds.Contains(userId) == true ? new Entries([.. current.UserIds.Where(id => id != userId)]) : null,
            cancellation);

    public async Task<IReadOnlyList<string>> AllAsync(CancellationToken cancellation)
    {
        var shards = await documents.FindManyAsync<Entries>([.. Enumerable.Range(0, Shards).Select(shard => Key((uint)shard))], cancellation);
        return [.. shards.SelectMany(shard => shard.Value.UserIds)];
    }

    private static string Key(uint hash) => string.Create(CultureInfo.InvariantCulture, $"calendar-users-{hash % Shards}");

    private sealed record Entries(IReadOnlyList<string> UserIds);
}

/// <summary>FNV-1a: the same in every process, unlike string.GetHashCode.</summary>
internal static class StableHash
{
    public static uint Of(string text)
    {
        var hash = 2166136261u;
        foreach (var character in text)
            hash = (hash ^ character) * 16777619;
        return hash;
    }
}
