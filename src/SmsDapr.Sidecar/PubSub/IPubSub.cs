using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>A message as the broker holds it, with the metadata that it was published with.</summary>
internal sealed record BrokerMessage(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Receives one message. True: it has been dealt with, well or not. False: it was abandoned half-way and may come again.</summary>
internal delegate Task<bool> MessageHandler(BrokerMessage message, WorkUnit work, CancellationToken cancellationToken);

/// <summary>The broker could not do what it was asked; the message quotes nothing that was published.</summary>
internal sealed class BrokerException(string message, Exception? cause = null) : Exception(message, cause);

internal interface IPubSub : IComponent
{
    /// <exception cref="BrokerException">The broker did not take the message.</exception>
    Task PublishAsync(string topic, BrokerMessage message, CancellationToken cancellationToken);

    /// <param name="topic">What to subscribe to.</param>
    /// <param name="handler">Gets each message.</param>
    /// <param name="together">How many messages the handler can use at a time; a broker that hands out more at once anyway may do so.</param>
    /// <param name="cancellationToken">Ends the attempt to subscribe.</param>
    /// <returns>Disposing ends the subscription; a message on its way is still handled.</returns>
    Task<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, int together, CancellationToken cancellationToken);
}
