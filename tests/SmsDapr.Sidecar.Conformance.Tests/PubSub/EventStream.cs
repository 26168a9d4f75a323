using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

/// <summary>A streaming subscription that takes every event.</summary>
internal sealed class EventStream(AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> call) : IDisposable
{
    public static async Task<EventStream> SubscribeAsync(SidecarFixture sidecar, string topic, CancellationToken cancellationToken)
    {
        var call = sidecar.Grpc.SubscribeTopicEventsAlpha1(cancellationToken: cancellationToken);
        var initial = new SubscribeTopicEventsRequestInitialAlpha1 { PubsubName = SidecarFixture.PubSub, Topic = topic };
        await call.RequestStream.WriteAsync(new SubscribeTopicEventsRequestAlpha1 { InitialRequest = initial }, cancellationToken);
        (await call.ResponseStream.MoveNext(cancellationToken)).ShouldBeTrue();
        return new EventStream(call);
    }

    /// <summary>The next event's data.</summary>
    public async Task<string> TakeAsync(CancellationToken cancellationToken)
    {
        (await call.ResponseStream.MoveNext(cancellationToken)).ShouldBeTrue();
        var received = call.ResponseStream.Current.EventMessage;
        var taken = new TopicEventResponse { Status = TopicEventResponse.Types.TopicEventResponseStatus.Success };
        await call.RequestStream.WriteAsync(
            new SubscribeTopicEventsRequestAlpha1 { EventProcessed = new SubscribeTopicEventsRequestProcessedAlpha1 { Id = received.Id, Status = taken } },
            cancellationToken);
        return received.Data.ToStringUtf8();
    }

    public void Dispose() => call.Dispose();
}
