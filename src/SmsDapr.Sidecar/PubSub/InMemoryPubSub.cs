using System.Threading.Channels;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>
/// <c>pubsub.in-memory</c>: a bus inside this process. Each subscriber gets its messages one after the other; a topic without
/// subscribers loses them, and nothing is delivered again.
/// </summary>
internal sealed class InMemoryPubSub(IWorkTracker work) : IPubSub
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Subscriber>> _topics = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Capabilities => [];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PublishAsync(string topic, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var subscriber in _topics.GetValueOrDefault(topic, []))
                subscriber.Enqueue(message, work.Begin());
        }

        return Task.CompletedTask;
    }

    public Task<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, CancellationToken cancellationToken)
    {
        var subscriber = new Subscriber(handler, leaving =>
        {
            lock (_gate)
                _topics[topic].Remove(leaving);
        });
        lock (_gate)
        {
            if (!_topics.TryGetValue(topic, out var subscribers))
                _topics[topic] = subscribers = [];
            subscribers.Add(subscriber);
        }

        return Task.FromResult<IAsyncDisposable>(subscriber);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Subscriber : IAsyncDisposable
    {
        private readonly Channel<(ReadOnlyMemory<byte> Message, IDisposable Unit)> _queue =
            Channel.CreateUnbounded<(ReadOnlyMemory<byte>, IDisposable)>(new UnboundedChannelOptions { SingleReader = true });

        private readonly MessageHandler _handler;
        private readonly Action<Subscriber> _leave;
        private readonly Task _loop;

        public Subscriber(MessageHandler handler, Action<Subscriber> leave)
        {
            _handler = handler;
            _leave = leave;
            _loop = Task.Run(RunAsync);
        }

        public void Enqueue(ReadOnlyMemory<byte> message, IDisposable unit)
        {
            if (!_queue.Writer.TryWrite((message, unit)))
                unit.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            _leave(this);
            _queue.Writer.TryComplete();
            await _loop;
        }

        private async Task RunAsync()
        {
            await foreach (var (message, unit) in _queue.Reader.ReadAllAsync())
            {
                using (unit)
                    await _handler(message);
            }
        }
    }
}
