using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Messages;

/// <summary>
/// Idempotency keys that came with a message id of the caller's own. A key alone is the id of its message; beside another id it is
/// bound to that one for good, so that whoever repeats either half with something else is refused.
/// </summary>
internal sealed class IdempotencyKeys(IDocumentStore documents, MessageRepository messages)
{
    /// <summary>False when the key belongs to another message.</summary>
    /// <param name="keyId">The id of the message that the key alone stands for.</param>
    /// <param name="messageId">The id that the caller chose; null when the key came alone.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<bool> TryUseAsync(string keyId, string? messageId, CancellationToken cancellation)
    {
        if (messageId is null)
            return (await documents.FindAsync<BoundKey>(Key(keyId), cancellation))?.Value.MessageId is null;
        if (await messages.FindAsync(keyId, cancellation) is not null)
            return false;
        var bound = await documents.UpdateAsync<BoundKey>(Key(keyId), current => current?.MessageId is null ? new BoundKey(messageId) : null, cancellation);
        return bound?.MessageId == messageId;
    }

    /// <summary>Frees a key whose request was refused, so that it stands for nothing.</summary>
    public Task FreeAsync(string keyId, string messageId, CancellationToken cancellation) =>
        documents.UpdateAsync<BoundKey>(Key(keyId), current => current?.MessageId == messageId ? new BoundKey(null) : null, cancellation);

    private static string Key(string keyId) => $"idempotency-{keyId}";

    private sealed record BoundKey(string? MessageId);
}
