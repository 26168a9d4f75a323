using System.Text.Json;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.PubSub.Redis;

/// <summary>An entry of a stream in daprd's layout: the bytes, and the metadata as JSON.</summary>
internal sealed record RedisStreamEntry(StreamId Id, BrokerMessage Message)
{
    public const string DataField = "data";
    public const string MetadataField = "metadata";

    /// <summary>From the reply to XREADGROUP for one stream.</summary>
    public static RedisStreamEntry[] ReadReply(RedisResult reply) =>
        reply.IsNull ? [] : [.. ((RedisResult[])reply!).SelectMany(stream => ((RedisResult[])((RedisResult[])stream!)[1]!).Select(Read))];

    public static RedisStreamEntry Read(StreamEntry entry) =>
        Read(entry.Id.ToString(), entry.Values.Select(field => (field.Name.ToString(), field.Value)));

    private static RedisStreamEntry Read(RedisResult entry)
    {
        var parts = (RedisResult[])entry!;
        var fields = parts[1].IsNull ? [] : (RedisValue[])parts[1]!;
        return Read((string)parts[0]!, fields.Chunk(2).Select(pair => (pair[0].ToString(), pair[1])));
    }

    private static RedisStreamEntry Read(string id, IEnumerable<(string Name, RedisValue Value)> fields)
    {
        ReadOnlyMemory<byte> data = default;
        Dictionary<string, string> metadata = [];
        foreach (var (name, value) in fields)
        {
            if (name == DataField)
                data = (byte[]?)value ?? [];
            else if (name == MetadataField)
                metadata = ReadMetadata((byte[]?)value ?? []);
        }

        return new RedisStreamEntry(StreamId.Parse(id), new BrokerMessage(data, metadata));
    }

    // Anyone may write to a stream: an entry without proper metadata is still an entry.
    private static Dictionary<string, string> ReadMetadata(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
