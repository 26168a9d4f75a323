using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Publishing and streaming subscriptions over gRPC.</summary>
internal sealed class PubSubApi(PubSubBlock pubSub, StreamingSubscriptions streaming) : IDaprApi<PubSubApi>
{
    public static void Bind(DaprMethods<PubSubApi> methods)
    {
        methods.Unary<PublishEventRequest, Empty>("PublishEvent", (api, request, call) => api.PublishAsync(request, call));
        methods.Unary<BulkPublishRequest, BulkPublishResponse>("BulkPublishEvent", (api, request, call) => api.PublishBulkAsync(request, call));
        methods.Unary<BulkPublishRequest, BulkPublishResponse>("BulkPublishEventAlpha1", (api, request, call) => api.PublishBulkAsync(request, call));
        methods.Duplex<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>(
            "SubscribeTopicEventsAlpha1",
            (api, requests, responses, cancellation) => api.SubscribeAsync(requests, responses, cancellation));
    }

    private Task SubscribeAsync(
        IAsyncStreamReader<SubscribeTopicEventsRequestAlpha1> requests,
        IServerStreamWriter<SubscribeTopicEventsResponseAlpha1> responses,
        CancellationToken cancellationToken) => streaming.ServeAsync(requests, responses, cancellationToken);

    private async Task<Empty> PublishAsync(PublishEventRequest request, ServerCallContext call)
    {
        var publication = new Publication(
            request.PubsubName,
            request.Topic,
            request.Data.Memory,
            request.DataContentType,
            new Dictionary<string, string>(request.Metadata, StringComparer.OrdinalIgnoreCase),
            call.RequestHeaders.GetValue("traceparent"),
            call.RequestHeaders.GetValue("tracestate"));
        await pubSub.PublishAsync(publication, call.CancellationToken);
        return new Empty();
    }

    private async Task<BulkPublishResponse> PublishBulkAsync(BulkPublishRequest request, ServerCallContext call)
    {
        pubSub.Find(request.PubsubName, request.Topic);
        var response = new BulkPublishResponse();
        foreach (var entry in request.Entries)
        {
            var metadata = new Dictionary<string, string>(request.Metadata, StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in entry.Metadata)
                metadata[key] = value;
            try
            {
                var publication = new Publication(
                    request.PubsubName, request.Topic, entry.Event.Memory, entry.ContentType, metadata, call.RequestHeaders.GetValue("traceparent"));
                await pubSub.PublishAsync(publication, call.CancellationToken);
            }
            catch (DaprErrorException refusal)
            {
                response.FailedEntries.Add(new BulkPublishResponseFailedEntry { EntryId = entry.EntryId, Error = refusal.Message });
            }
        }

        return response;
    }
}

internal static class PubSubHttp
{
    private static readonly string[] PostOrPut = ["POST", "PUT"];

    public static void MapPubSub(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/v1.0/publish/{pubsub}/{*topic}", PostOrPut, async (
            string pubsub, string topic, HttpRequest request, PubSubBlock block, CancellationToken cancellationToken) =>
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
        });

    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;
}
