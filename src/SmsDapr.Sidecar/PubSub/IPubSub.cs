using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Receives one message. True: it has been dealt with, well or not. False: it was abandoned half-way and may come again.</summary>
internal delegate Task<bool> MessageHandler(ReadOnlyMemory<byte> message);

internal interface IPubSub : IComponent
{
    Task PublishAsync(string topic, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Disposing ends the subscription; a message on its way is still handled.</summary>
    Task<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, CancellationToken cancellationToken);
}
