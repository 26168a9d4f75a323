using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.PubSub;
using SmsDapr.Sidecar.PubSub.Delivery;

namespace SmsDapr.Sidecar.Tests.PubSub;

public sealed class BulkCollectorTests : IDisposable
{
    private static readonly BulkWindow Window = new(3, TimeSpan.FromSeconds(1));

    private readonly FakeTimeProvider _clock = new();
    private readonly WorkCounter _work = new();
    private readonly Channel<IReadOnlyList<BulkEntry>> _batches = Channel.CreateUnbounded<IReadOnlyList<BulkEntry>>();
    private readonly BulkCollector _collector;

    public BulkCollectorTests() => _collector = new BulkCollector(Window, RecordAsync, _clock, _work);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _collector.Dispose();

    [Fact]
    public async Task Enough_messages_do_not_wait()
    {
        var results = Enumerable.Range(0, 3).Select(_ => HandleAsync()).ToArray();

        (await _batches.Reader.ReadAsync(Cancellation)).Count.ShouldBe(3);
        (await Task.WhenAll(results)).ShouldAllBe(done => done);
    }

    [Fact]
    public async Task A_single_message_waits_for_the_clock_without_being_work()
    {
        var result = HandleAsync();
        _work.Active.ShouldBe(0);
        _batches.Reader.TryRead(out _).ShouldBeFalse();

        _clock.Advance(Window.Wait);

        (await _batches.Reader.ReadAsync(Cancellation)).Count.ShouldBe(1);
        (await result).ShouldBeTrue();
    }

    [Fact]
    public async Task Closing_delivers_what_waits()
    {
        var result = HandleAsync();

        _collector.Close();

        (await result).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_delivery_leaves_unsettled_is_abandoned()
    {
        using var collector = new BulkCollector(new BulkWindow(1, TimeSpan.FromSeconds(1)), (_, _) => Task.CompletedTask, _clock, _work);

        await Should.ThrowAsync<OperationCanceledException>(() => collector.HandleAsync(Message(), new WorkUnit(_work), Cancellation));
    }

    private Task<bool> HandleAsync() => _collector.HandleAsync(Message(), new WorkUnit(_work), Cancellation);

    private async Task RecordAsync(IReadOnlyList<BulkEntry> batch, WorkUnit work)
    {
        _work.Active.ShouldBeGreaterThan(0);
        await _batches.Writer.WriteAsync(batch, Cancellation);
        foreach (var entry in batch)
            entry.Settle(done: true);
    }

    private static BrokerMessage Message() => new(Encoding.UTF8.GetBytes("{}"), new Dictionary<string, string>());
}
