using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmsDapr.Simulators.Storage;

/// <summary>
/// An append-only file of JSON lines. An append returns once the operating system holds the bytes: they survive the death of
/// this process, which is what the simulator promises, though not a power cut.
/// </summary>
internal sealed class Journal<TEntry> : IDisposable
    where TEntry : class
{
    private const byte LineFeed = (byte)'\n';

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly string _name;
    private readonly FileStream _lock;
    private readonly FileStream _file;

    /// <param name="directory">Made when it is missing.</param>
    /// <param name="name">Of the file, without its ending; one process holds it at a time.</param>
    public Journal(string directory, string name)
    {
        _name = name;
        Directory.CreateDirectory(directory);
        // A file of its own: only FileShare.None is a lock on every system, and on the journal it would keep readers out.
        _lock = new FileStream(Path.Combine(directory, $"{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        _file = new FileStream(
            Path.Combine(directory, $"{name}.jsonl"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Reads everything written so far and cuts off a last line that a killed process left half written.</summary>
    public IReadOnlyList<TEntry> Load()
    {
        var bytes = new byte[_file.Length];
        _file.Position = 0;
        _file.ReadExactly(bytes);
        var entries = new List<TEntry>();
        var start = 0;
        while (Array.IndexOf(bytes, LineFeed, start) is var end and >= 0)
        {
            entries.Add(Read(bytes.AsSpan(start, end - start), start));
            start = end + 1;
        }

        _file.SetLength(start);
        _file.Position = start;
        return entries;
    }

    /// <summary>Writes the entries in one piece.</summary>
    public void Append(params ReadOnlySpan<TEntry> entries)
    {
        using var buffer = new MemoryStream();
        foreach (var entry in entries)
        {
            JsonSerializer.Serialize(buffer, entry, Json);
            buffer.WriteByte(LineFeed);
        }

        _file.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private TEntry Read(ReadOnlySpan<byte> line, int at)
    {
        try
        {
            return JsonSerializer.Deserialize<TEntry>(line, Json) ?? throw new JsonException("Null is not an entry.");
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            // The message only: the exception may quote the line, which holds numbers and texts.
            throw new InvalidDataException($"The simulator's journal '{_name}.jsonl' cannot be read at byte {at}. Delete the file to begin anew.");
        }
    }
}
