using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

public abstract class StreamingSubscription(SidecarFixture sidecar) : PubSubTests(sidecar)
{
    [Fact]
    public async Task Events_come_down_the_stream_after_its_first_answer()
    {
        var topic = $"stream-{Guid.NewGuid():N}";
        using var stream = await SubscribeAsync(topic);

        await PublishAsync(topic, "hello");

        var received = await NextAsync(stream);
        received.Topic.ShouldBe(topic);
        received.Data.ToStringUtf8().ShouldBe("hello");
        received.DataContentType.ShouldBe("text/plain");
    }

    [Fact]
    public async Task A_dropped_event_goes_to_the_dead_letter_topic()
    {
        var topic = $"stream-{Guid.NewGuid():N}";
        using var dead = await SubscribeAsync($"{topic}-dead");
        using var stream = await SubscribeAsync(topic, $"{topic}-dead");
        await PublishAsync(topic, "unwanted");

        var received = await NextAsync(stream);
        await AnswerAsync(stream, received, TopicEventResponse.Types.TopicEventResponseStatus.Drop);

        (await NextAsync(dead)).Data.ToStringUtf8().ShouldBe("unwanted");
    }

    [Fact]
    public async Task The_next_event_waits_for_the_answer_to_the_one_before()
    {
        var topic = $"stream-{Guid.NewGuid():N}";
        using var stream = await SubscribeAsync(topic);
        await PublishAsync(topic, "first");
        await PublishAsync(topic, "second");

        var first = await NextAsync(stream);
        await AnswerAsync(stream, first, TopicEventResponse.Types.TopicEventResponseStatus.Success);

        first.Data.ToStringUtf8().ShouldBe("first");
        (await NextAsync(stream)).Data.ToStringUtf8().ShouldBe("second");
    }

    private async Task<AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>> SubscribeAsync(
        string topic, string? deadLetterTopic = null)
    {
        var stream = Sidecar.Grpc.SubscribeTopicEventsAlpha1(cancellationToken: Cancellation);
        var initial = new SubscribeTopicEventsRequestInitialAlpha1 { PubsubName = SidecarFixture.PubSub, Topic = topic };
        if (deadLetterTopic is not null)
            initial.DeadLetterTopic = deadLetterTopic;
        await stream.RequestStream.WriteAsync(new SubscribeTopicEventsRequestAlpha1 { InitialRequest = initial }, Cancellation);
        (await stream.ResponseStream.MoveNext(Cancellation)).ShouldBeTrue();
        stream.ResponseStream.Current.InitialResponse.ShouldNotBeNull();
        return stream;
    }

    private static async Task<TopicEventRequest> NextAsync(AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> stream)
    {
        (await stream.ResponseStream.MoveNext(Cancellation)).ShouldBeTrue();
        return stream.ResponseStream.Current.EventMessage;
    }

    private static Task AnswerAsync(
        AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> stream,
        TopicEventRequest received,
        TopicEventResponse.Types.TopicEventResponseStatus status) =>
        stream.RequestStream.WriteAsync(
            new SubscribeTopicEventsRequestAlpha1
            {
                EventProcessed = new SubscribeTopicEventsRequestProcessedAlpha1 { Id = received.Id, Status = new TopicEventResponse { Status = status } },
            },
            Cancellation);

    private Task PublishAsync(string topic, string text) => PublishAsync(Request(topic, text, "text/plain"));
}
