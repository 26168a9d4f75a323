using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using SmsDapr.Core;

namespace SmsDapr.Service.Hosting.Storage;

/// <summary>
/// Documents as JSON objects with a stamp that no other write carries: after a lost answer it tells one's own write from
/// an equal one of somebody else, on every store, also where the store rewrites the JSON.
/// </summary>
internal sealed class StampedJson
{
    private const string Property = "_write";

    private readonly string _writer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private long _writes;

    public (ByteString Data, byte[] Stamp) Write<T>(T value)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, CoreJson.Options);
        if (json is not [(byte)'{', .., (byte)'}'])
            throw new ArgumentException($"{typeof(T).Name} is not written as a JSON object.", nameof(value));

        var stamp = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_writer}{Interlocked.Increment(ref _writes):x}"));
        var separator = json.Length == 2 ? "" : ",";
        return (UnsafeByteOperations.UnsafeWrap((byte[])[.. json.AsSpan(0, json.Length - 1), .. Encoding.ASCII.GetBytes($"{separator}\"{Property}\":\""), .. stamp, .. "\"}"u8]), stamp);
    }

    public static bool Carries(ByteString data, byte[] stamp) =>
        data.Span.IndexOf([(byte)'"', .. stamp, (byte)'"']) >= 0;

    public static T Read<T>(ByteString data)
        where T : class =>
        JsonSerializer.Deserialize<T>(data.Span, CoreJson.Options) ?? throw new JsonException($"A stored {typeof(T).Name} is null.");
}
