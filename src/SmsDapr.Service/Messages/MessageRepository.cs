using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Messages;

/// <summary>Message records: one document each, changed by compare-and-set, every change published after it is stored.</summary>
internal sealed class MessageRepository(IDocumentStore documents, StatusEvents events, OpenMessages open, IClock clock)
{
    public Task<Document<Message>?> FindAsync(string id, CancellationToken cancellation) =>
        documents.FindAsync<Message>(Key(id), cancellation);

    public async Task<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<string> ids, CancellationToken cancellation) =>
        [.. (await documents.FindManyAsync<Message>([.. ids.Select(Key)], cancellation)).Select(document => document.Value)];

    /// <summary>False when there is a message with this id. Nothing is published before its workflow takes it on.</summary>
    public Task<bool> TryCreateAsync(Message message, CancellationToken cancellation) =>
        documents.TryCreateAsync(Key(message.Id), message, cancellation);

    /// <summary>Replaces one version; false when someone else was first.</summary>
    public async Task<bool> TryReplaceAsync(Document<Message> version, Message next, CancellationToken cancellation)
    {
        if (HappensUnseen(version.Value, next))
            await open.LookAtAsync(next.Id, clock.GetCurrentInstant() + OpenMessages.Grace, cancellation);
        var stored = events.WithKnownPublished(next);
        if (!await documents.TryReplaceAsync(Key(next.Id), stored, version.ETag, cancellation))
            return false;

        // The end was published with the change that brought it, or is by the reconciler; bookkeeping after it has nothing to say.
        if (version.Value.IsFinal && next.Timeline.Count == version.Value.Timeline.Count)
            return true;
        if (!await events.PublishAsync(stored, cancellation))
            await open.LookAtAsync(next.Id, clock.GetCurrentInstant(), cancellation);
        return true;
    }

    /// <summary>Publishes what may not have been; false when that failed.</summary>
    public Task<bool> RepublishAsync(Message message, CancellationToken cancellation) => events.PublishAsync(message, cancellation);

    /// <summary>Empties a record that was never accepted; false when someone else was first. Nobody hears of it.</summary>
    public Task<bool> TryDiscardAsync(Document<Message> version, CancellationToken cancellation) =>
        documents.TryReplaceAsync(Key(version.Value.Id), version.Value.Discarded(), version.ETag, cancellation);

    /// <summary>
    /// Applies a fact to whatever is stored until it sticks. Null when there is no such message; a refusal or
    /// <see cref="Transition.Unchanged"/> is what the version that was read last says.
    /// </summary>
    public async Task<Transition?> ApplyAsync(string id, Func<Message, Transition> fact, CancellationToken cancellation)
    {
        while (await FindAsync(id, cancellation) is { } version)
        {
            var transition = fact(version.Value);
            if (transition is not Transition.Changed changed || await TryReplaceAsync(version, changed.Next, cancellation))
                return transition;
        }

        return null;
    }

    /// <summary>
    /// Whether the reconciler would not come by soon after this change: the message was over already, or ends long before its time. Listed before
    /// it is stored, so that not even the end of the process keeps the change from being published.
    /// </summary>
    private bool HappensUnseen(Message before, Message next) =>
        next.Timeline.Count > 0
        && (before.Timeline.Count == 0 || next.Timeline[^1].Sequence > before.Timeline[^1].Sequence)
        && (before.IsOver || (next.IsFinal && before.DueAt > clock.GetCurrentInstant() + OpenMessages.Grace));

    private static string Key(string id) => $"message-{id}";
}
