using System.Collections.Concurrent;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.PubSub.Delivery;
using TopicRoutes = SmsDapr.Sidecar.PubSub.Routing.TopicRoutes;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Subscriptions that live as long as a gRPC stream: events go out on it, answers come back by event id.</summary>
internal sealed class StreamingSubscriptions(SubscriptionBook book)
{
    public async Task ServeAsync(
        IAsyncStreamReader<SubscribeTopicEventsRequestAlpha1> requests,
        IServerStreamWriter<SubscribeTopicEventsResponseAlpha1> responses,
        CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken) || requests.Current.InitialRequest is not { } initial)
            throw Refuse(StatusCode.InvalidArgument, "initial request is required");
        var subscription = new Subscription(
            initial.PubsubName,
            initial.Topic,
            TopicRoutes.To(""),
            initial.HasDeadLetterTopic ? initial.DeadLetterTopic : null,
            new Dictionary<string, string>(initial.Metadata, StringComparer.OrdinalIgnoreCase),
            SubscriptionSource.Streaming);
        if (book.Has(subscription.PubSub, subscription.Topic))
            throw Refuse(StatusCode.AlreadyExists, $"already subscribed to pubsub {subscription.PubSub} topic {subscription.Topic}");

        using var stream = new EventStream(responses);
        await stream.BeginAsync(() => book.OpenOrThrowAsync(subscription, stream.DeliverAsync, cancellationToken));
        try
        {
            await foreach (var request in requests.ReadAllAsync(cancellationToken))
                stream.Settle(request.EventProcessed);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client has left; what it was handling goes back below.
        }
        finally
        {
            stream.Abandon();
            await book.CloseAsync(subscription);
        }
    }

    private static DaprErrorException Refuse(StatusCode code, string message) =>
        new(code, StatusCodes.Status400BadRequest, "ERR_PUBSUB_SUBSCRIBE", message);

    private sealed class EventStream(IServerStreamWriter<SubscribeTopicEventsResponseAlpha1> responses) : IDisposable
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<DeliveryOutcome>> _waiting = new(StringComparer.Ordinal);
        private readonly SemaphoreSlim _turn = new(1, 1);
        private volatile bool _abandoned;

        /// <summary>The client may publish as soon as it has the first answer, and no event may come before that answer.</summary>
        public Task BeginAsync(Func<Task> subscribe) => InTurnAsync(async () =>
        {
            await subscribe();
            await responses.WriteAsync(new SubscribeTopicEventsResponseAlpha1 { InitialResponse = new SubscribeTopicEventsResponseInitialAlpha1() });
        });

        public async Task<DeliveryOutcome> DeliverAsync(Subscription subscription, TopicEvent topicEvent, CancellationToken cancellationToken)
        {
            var message = ToMessage(subscription, topicEvent);
            var answer = new TaskCompletionSource<DeliveryOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_waiting.TryAdd(message.Id, answer))
                return DeliveryOutcome.Retry;
            try
            {
                if (_abandoned)
                    throw new OperationCanceledException();
                await InTurnAsync(() => responses.WriteAsync(new SubscribeTopicEventsResponseAlpha1 { EventMessage = message }));
                return await answer.Task.WaitAsync(AppChannel.CallTimeout, TimeProvider.System, cancellationToken);
            }
            catch (Exception gone) when (gone is InvalidOperationException or IOException or TimeoutException)
            {
                return DeliveryOutcome.Retry;
            }
            finally
            {
                _waiting.TryRemove(message.Id, out _);
            }
        }

        public void Settle(SubscribeTopicEventsRequestProcessedAlpha1? processed)
        {
            if (processed is null || !_waiting.TryGetValue(processed.Id, out var answer))
                return;
            answer.TrySetResult(processed.Status?.Status switch
            {
                TopicEventResponse.Types.TopicEventResponseStatus.Success => DeliveryOutcome.Success,
                TopicEventResponse.Types.TopicEventResponseStatus.Drop => DeliveryOutcome.Drop,
                _ => DeliveryOutcome.Retry,
            });
        }

        public void Abandon()
        {
            _abandoned = true;
            foreach (var answer in _waiting.Values)
                answer.TrySetCanceled();
        }

        public void Dispose() => _turn.Dispose();

        private async Task InTurnAsync(Func<Task> write)
        {
            await _turn.WaitAsync();
            try
            {
                await write();
            }
            finally
            {
                _turn.Release();
            }
        }

        private static TopicEventRequest ToMessage(Subscription subscription, TopicEvent topicEvent)
        {
            var message = new TopicEventRequest
            {
                Id = topicEvent.Attribute("id") ?? "",
                Source = topicEvent.Attribute("source") ?? "",
                Type = topicEvent.Attribute("type") ?? "",
                SpecVersion = topicEvent.Attribute("specversion") ?? "",
                DataContentType = topicEvent.Attribute("datacontenttype") ?? "",
                Topic = subscription.Topic,
                PubsubName = subscription.PubSub,
                Data = ReadData(topicEvent),
                Extensions = new Struct(),
            };
            foreach (var name in (string[])["time", "subject", "traceid", "traceparent", "tracestate", "expiration"])
            {
                if (topicEvent.Attribute(name) is { } value)
                    message.Extensions.Fields[name] = Value.ForString(value);
            }

            return message;
        }

        private static ByteString ReadData(TopicEvent topicEvent)
        {
            if (topicEvent.Attributes.TryGetProperty("data_base64", out var binary))
                return ByteString.CopyFrom(binary.GetBytesFromBase64());
            if (!topicEvent.Attributes.TryGetProperty("data", out var data))
                return ByteString.Empty;
            return data.ValueKind == System.Text.Json.JsonValueKind.String
                ? ByteString.CopyFromUtf8(data.GetString()!)
                : ByteString.CopyFromUtf8(data.GetRawText());
        }
    }
}
