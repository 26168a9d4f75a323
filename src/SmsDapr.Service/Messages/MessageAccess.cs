using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting.Auth;

namespace SmsDapr.Service.Messages;

/// <summary>Reads a message on behalf of a caller: what is not his, or was never accepted, is not there.</summary>
internal sealed class MessageAccess(MessageRepository messages, MessageAcceptance acceptance)
{
    public async Task<Message?> FindAsync(string id, Caller caller, CancellationToken cancellation) =>
        MessageId.IsValid(id)
        && await messages.FindAsync(id, cancellation) is { Value: var message }
        && caller.MayActFor(message.UserId)
        && await acceptance.IsVisibleAsync(message, cancellation)
            ? message
            : null;
}
