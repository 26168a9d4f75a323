using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmsDapr.Simulators.Twilio.Storage;

/// <summary>
/// An append-only file of JSON lines. An append returns once the operating system holds the bytes: they survive the death of
/// this process, which is what the simulator promises, though not a power cut.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const byte LineFeed = (byte)'\n';

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly FileStream _file;

    public Journal(string directory)
    {
        Directory.CreateDirectory(directory);
        _file = new FileStream(
            Path.Combine(directory, "twilio.jsonl"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Reads everything written so far and cuts off a last line that a killed process left half written.</summary>
    public IReadOnlyList<JournalEntry> Load()
    {
        var bytes = new byte[_file.Length];
        _file.Position = 0;
        _file.ReadExactly(bytes);
        var entries = new List<JournalEntry>();
        var start = 0;
        while (Array.IndexOf(bytes, LineFeed, start) is var end and >= 0)
        {
            entries.Add(JsonSerializer.Deserialize<JournalEntry>(bytes.AsSpan(start, end - start), Json)
                ?? throw new InvalidDataException($"The journal holds an empty entry at byte {start}."));
            start = end + 1;
        }

        _file.SetLength(start);
        _file.Position = start;
        return entries;
    }

    /// <summary>Writes the entries in one piece.</summary>
    public void Append(params ReadOnlySpan<JournalEntry> entries)
    {
        using var buffer = new MemoryStream();
        foreach (var entry in entries)
        {
            JsonSerializer.Serialize(buffer, entry, Json);
            buffer.WriteByte(LineFeed);
        }

        _file.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    public void Dispose() => _file.Dispose();
}
