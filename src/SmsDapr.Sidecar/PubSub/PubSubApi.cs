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
        var metadata = new Dictionary<string, string>(request.Metadata, StringComparer.OrdinalIgnoreCase);
        var entries = request.Entries.Select(entry => new BulkPublication(entry.EntryId, entry.Event.Memory, entry.ContentType, entry.Metadata));
        var failures = await pubSub.PublishManyAsync(
            request.PubsubName, request.Topic, [.. entries], metadata, call.RequestHeaders.GetValue("traceparent"), call.CancellationToken);
        var response = new BulkPublishResponse();
        response.FailedEntries.AddRange(failures.Select(failure => new BulkPublishResponseFailedEntry { EntryId = failure.EntryId, Error = failure.Problem }));
        return response;
    }
}
