using System.Text.Json;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Publishing over HTTP, one event or many.</summary>
internal static class PubSubHttp
{
    private static readonly string[] PostOrPut = ["POST", "PUT"];

    public static void MapPubSub(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/v1.0/publish/{pubsub}/{*topic}", PostOrPut, PublishAsync);
        routes.MapMethods("/v1.0/publish/bulk/{pubsub}/{*topic}", PostOrPut, PublishManyAsync);
        routes.MapMethods("/v1.0-alpha1/publish/bulk/{pubsub}/{*topic}", PostOrPut, PublishManyAsync);
    }

    private static async Task<IResult> PublishAsync(string pubsub, string topic, HttpRequest request, PubSubBlock block, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        var publication = new Publication(
            pubsub,
            topic,
            body.ToArray(),
            request.ContentType ?? "",
            QueryMetadata.Read(request.Query),
            Header(request, "traceparent"),
            Header(request, "tracestate"));
        await block.PublishAsync(publication, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PublishManyAsync(string pubsub, string topic, HttpRequest request, PubSubBlock block, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<HttpBulkEntry[]>(request, cancellationToken);
        var entries = body.Select(entry => entry.ToPublication(pubsub)).ToArray();
        if (entries.Select(entry => entry.EntryId).Distinct(StringComparer.Ordinal).Count() < entries.Length || entries.Any(entry => entry.EntryId.Length == 0))
            throw PubSubErrors.EntryIds(pubsub);
        var failures = await block.PublishManyAsync(pubsub, topic, entries, QueryMetadata.Read(request.Query), Header(request, "traceparent"), cancellationToken);
        if (failures.Count == 0)
            return TypedResults.NoContent();
        var failed = failures.Select(failure => new { entryId = failure.EntryId, error = failure.Problem });
        return TypedResults.Json(new { failedEntries = failed, errorCode = PubSubErrors.PublishCode }, statusCode: StatusCodes.Status500InternalServerError);
    }

    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    private sealed record HttpBulkEntry(JsonElement Event, string ContentType, string EntryId = "", Dictionary<string, string>? Metadata = null)
    {
        private const string Json = "application/json";

        /// <summary>JSON as it is; text as text; bytes from base64. A text that is said to be JSON is that text as a JSON string.</summary>
        public BulkPublication ToPublication(string pubSub) => new(EntryId, Bytes(pubSub), ContentType, Metadata ?? []);

        private byte[] Bytes(string pubSub) => Event.ValueKind switch
        {
            JsonValueKind.String when ContentType.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) =>
                Event.TryGetBytesFromBase64(out var bytes) ? bytes : throw PubSubErrors.Malformed(pubSub),
            JsonValueKind.String when !ContentType.StartsWith(Json, StringComparison.OrdinalIgnoreCase) => System.Text.Encoding.UTF8.GetBytes(Event.GetString()!),
            _ => System.Text.Encoding.UTF8.GetBytes(Event.GetRawText()),
        };
    }
}
