using System.Threading.Channels;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>
/// <c>pubsub.in-memory</c>: a bus inside this process. Each subscriber gets its messages one after the other, or as many as it takes
/// together; a topic without subscribers loses them, and nothing is delivered again.
/// </summary>
internal sealed class InMemoryPubSub(IWorkTracker work) : IPubSub
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Subscriber>> _topics = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Capabilities => [];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PublishAsync(string topic, BrokerMessage message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var subscriber in _topics.GetValueOrDefault(topic, []))
                subscriber.Enqueue(message, new WorkUnit(work));
        }

        return Task.CompletedTask;
    }

    public Task<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, int together, CancellationToken cancellationToken)
    {
        var subscriber = new Subscriber(handler, together, leaving =>
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
        private readonly Channel<(BrokerMessage Message, WorkUnit Work)> _queue =
            Channel.CreateUnbounded<(BrokerMessage, WorkUnit)>(new UnboundedChannelOptions { SingleReader = true });

        private readonly MessageHandler _handler;
        private readonly Action<Subscriber> _leave;
        private readonly SemaphoreSlim _slots;
        private readonly InFlight _inFlight = new();
        private readonly Task _loop;

        public Subscriber(MessageHandler handler, int together, Action<Subscriber> leave)
        {
            _handler = handler;
            _leave = leave;
            _slots = new SemaphoreSlim(together);
            _loop = Task.Run(RunAsync);
        }

        public void Enqueue(BrokerMessage message, WorkUnit unit)
        {
            if (!_queue.Writer.TryWrite((message, unit)))
                unit.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            _leave(this);
            _queue.Writer.TryComplete();
            await _loop;
            await _inFlight.WhenDoneAsync(CancellationToken.None);
            _slots.Dispose();
        }

        private async Task RunAsync()
        {
            await foreach (var (message, unit) in _queue.Reader.ReadAllAsync())
            {
                await _slots.WaitAsync();
                _inFlight.Add(HandleAsync(message, unit));
            }
        }

        private async Task HandleAsync(BrokerMessage message, WorkUnit unit)
        {
            try
            {
                using (unit)
                    await _handler(message, unit, CancellationToken.None);
            }
            finally
            {
                _slots.Release();
            }
        }
    }
}
