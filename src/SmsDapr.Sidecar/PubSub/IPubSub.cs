using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Receives one message; completes when it has been dealt with for good.</summary>
internal delegate Task MessageHandler(ReadOnlyMemory<byte> message);

internal interface IPubSub : IComponent
{
    Task PublishAsync(string topic, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Disposing ends the subscription; a message on its way is still handled.</summary>
    Task<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, CancellationToken cancellationToken);
}
