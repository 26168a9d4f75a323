using System.Text;
using System.Threading.Channels;
using SmsDapr.Sidecar.PubSub;

namespace SmsDapr.Sidecar.Tests.PubSub;

public sealed class InMemoryPubSubTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_lasts_from_the_publish_until_every_subscriber_is_done()
    {
        var work = new WorkCounter();
        await using var bus = new InMemoryPubSub(work);
        var release = new TaskCompletionSource<bool>();
        await using (await bus.SubscribeAsync("topic", (_, _, _) => release.Task, 1, Cancellation))
        await using (await bus.SubscribeAsync("topic", (_, _, _) => release.Task, 1, Cancellation))
        {
            await bus.PublishAsync("topic", Message("a"), Cancellation);
            work.Active.ShouldBe(2);
            release.SetResult(true);
        }

        work.Active.ShouldBe(0);
    }

    [Fact]
    public async Task A_subscriber_gets_messages_in_order_one_at_a_time()
    {
        await using var bus = new InMemoryPubSub(new WorkCounter());
        var received = Channel.CreateUnbounded<string>();
        var inside = 0;
        await using var subscription = await bus.SubscribeAsync("topic", async (message, _, _) =>
        {
            Interlocked.Increment(ref inside).ShouldBe(1);
            await received.Writer.WriteAsync(Encoding.UTF8.GetString(message.Data.Span), Cancellation);
            Interlocked.Decrement(ref inside);
            return true;
        }, 1, Cancellation);

        for (var number = 0; number < 100; number++)
            await bus.PublishAsync("topic", Message($"{number}"), Cancellation);

        for (var number = 0; number < 100; number++)
            (await received.Reader.ReadAsync(Cancellation)).ShouldBe($"{number}");
    }

    [Fact]
    public async Task A_topic_without_subscribers_loses_its_messages()
    {
        var work = new WorkCounter();
        await using var bus = new InMemoryPubSub(work);

        await bus.PublishAsync("topic", Message("a"), Cancellation);

        work.Active.ShouldBe(0);
    }

    private static BrokerMessage Message(string text) => new(Encoding.UTF8.GetBytes(text), new Dictionary<string, string>());
}
