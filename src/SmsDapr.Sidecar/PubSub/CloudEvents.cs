using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>What is published, before it becomes an event.</summary>
internal sealed record Publication(
    string PubSub,
    string Topic,
    ReadOnlyMemory<byte> Data,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata,
    string? TraceParent = null,
    string? TraceState = null);

/// <summary>Wraps published data in a CloudEvent by daprd's rules.</summary>
internal static class CloudEvents
{
    public const string ContentType = "application/cloudevents+json";

    private const string DefaultType = "com.dapr.event.sent";
    private const string SpecVersion = "1.0";
    private const string Binary = "application/octet-stream";

    public static ReadOnlyMemory<byte> Wrap(Publication publication, string appId, TimeProvider clock) =>
        publication.ContentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
            ? Complete(publication, clock)
            : Envelope(publication, appId, clock);

    /// <summary>The envelope around a raw message, made anew for each delivery.</summary>
    public static ReadOnlyMemory<byte> WrapRaw(string pubSub, string topic, ReadOnlyMemory<byte> message) => Write(json =>
    {
        json.WriteString("id", Guid.NewGuid());
        json.WriteString("specversion", SpecVersion);
        json.WriteString("source", "Dapr");
        json.WriteString("type", DefaultType);
        json.WriteString("datacontenttype", Binary);
        json.WriteString("topic", topic);
        json.WriteString("pubsubname", pubSub);
        json.WriteBase64String("data_base64", message.Span);
    });

    private static ReadOnlyMemory<byte> Envelope(Publication publication, string appId, TimeProvider clock)
    {
        var contentType = publication.ContentType.Length == 0 ? "text/plain" : publication.ContentType;
        return Write(json =>
        {
            json.WriteString("id", Override(publication, "id") ?? Guid.NewGuid().ToString());
            json.WriteString("specversion", SpecVersion);
            json.WriteString("source", Override(publication, "source") ?? appId);
            json.WriteString("type", Override(publication, "type") ?? DefaultType);
            json.WriteString("datacontenttype", contentType);
            json.WriteString("topic", publication.Topic);
            json.WriteString("pubsubname", publication.PubSub);
            json.WriteString("time", Now(clock));
            WriteIfPresent(json, "subject", Override(publication, "subject"));
            var traceParent = Override(publication, "traceparent") ?? publication.TraceParent;
            WriteIfPresent(json, "traceid", Override(publication, "traceid") ?? traceParent);
            WriteIfPresent(json, "traceparent", traceParent);
            WriteIfPresent(json, "tracestate", Override(publication, "tracestate") ?? publication.TraceState);
            WriteIfPresent(json, "expiration", Expiration(publication, clock));
            WriteData(json, publication.Data, contentType);
        });
    }

    private static byte[] Complete(Publication publication, TimeProvider clock)
    {
        JsonObject cloudEvent;
        try
        {
            cloudEvent = JsonNode.Parse(publication.Data.Span) as JsonObject ?? throw PubSubErrors.Malformed(publication.PubSub);
        }
        catch (JsonException)
        {
            throw PubSubErrors.Malformed(publication.PubSub);
        }

        cloudEvent["topic"] = publication.Topic;
        cloudEvent["pubsubname"] = publication.PubSub;
        cloudEvent.TryAdd("time", Now(clock));
        cloudEvent.TryAdd("source", "Dapr");
        cloudEvent.TryAdd("type", DefaultType);
        cloudEvent.TryAdd("specversion", SpecVersion);
        if (publication.TraceParent is { } traceParent)
        {
            cloudEvent.TryAdd("traceid", traceParent);
            cloudEvent.TryAdd("traceparent", traceParent);
        }

        if (Expiration(publication, clock) is { } expiration)
            cloudEvent["expiration"] = expiration;
        return Encoding.UTF8.GetBytes(cloudEvent.ToJsonString());
    }

    private static void WriteData(Utf8JsonWriter json, ReadOnlyMemory<byte> data, string contentType)
    {
        if (IsBinary(contentType))
        {
            json.WriteBase64String("data_base64", data.Span);
            return;
        }

        json.WritePropertyName("data");
        if (IsJson(contentType) && IsParsable(data))
            json.WriteRawValue(data.Span, skipInputValidation: true);
        else
            json.WriteStringValue(data.Span);
    }

    private static bool IsJson(string contentType)
    {
        var type = contentType.Split(';')[0].Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsBinary(string contentType) => contentType.StartsWith(Binary, StringComparison.OrdinalIgnoreCase);

    private static bool IsParsable(ReadOnlyMemory<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data.Span);
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Override(Publication publication, string attribute) =>
        publication.Metadata.FirstOrDefault(entry => entry.Key.Equals($"cloudevent.{attribute}", StringComparison.OrdinalIgnoreCase)).Value;

    private static string? Expiration(Publication publication, TimeProvider clock) =>
        publication.Metadata.TryGetValue("ttlInSeconds", out var text) && int.TryParse(text, out var seconds) && seconds > 0
            ? Format(clock.GetUtcNow().AddSeconds(seconds))
            : null;

    private static string Now(TimeProvider clock) => Format(clock.GetUtcNow());

    private static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    private static void WriteIfPresent(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> attributes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        attributes(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
