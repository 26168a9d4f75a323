using System.Diagnostics;
using SmsDapr.Bench.Measuring;
using StackExchange.Redis;

namespace SmsDapr.Bench.Running;

/// <summary>Redis Streams by its own client: the entries that <c>pubsub.redis</c> writes, read and acknowledged without anyone to deliver them to.</summary>
internal static class BareRedisStream
{
    private const string Group = "bare";
    private const int Batch = 100;

    public static async Task<TimeSpan> RunAsync(string host, int publishers, int entries)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(host);
        var database = connection.GetDatabase();
        RedisKey stream = $"bare-{Guid.NewGuid():N}";
        await database.StreamCreateConsumerGroupAsync(stream, Group, "0");
        var started = Stopwatch.GetTimestamp();
        var publishing = ClosedLoop.RunAsync(publishers, entries, number => database.StreamAddAsync(
            stream, [new("data", $$"""{"messageId":"{{number}}","status":"sent"}"""), new("metadata", "{}")]));
        for (var read = 0; read < entries;)
        {
            var batch = await database.StreamReadGroupAsync(stream, Group, Group, ">", Batch);
            await Task.WhenAll(batch.Select(entry => database.StreamAcknowledgeAsync(stream, Group, entry.Id)));
            read += batch.Length;
        }

        await publishing;
        var elapsed = Stopwatch.GetElapsedTime(started);
        await database.KeyDeleteAsync(stream);
        return elapsed;
    }
}
