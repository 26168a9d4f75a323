using Dapr.Client.Autogen.Grpc.v1;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Conversation;

/// <summary>A language model.</summary>
internal interface IConversation : IComponent
{
    /// <exception cref="ConversationException">The model did not answer; the message quotes no text of the conversation.</exception>
    Task<ConversationResponseAlpha2> ConverseAsync(ConversationRequestAlpha2 request, CancellationToken cancellationToken);
}

internal sealed class ConversationException(string message, Exception? cause = null) : Exception(message, cause);
