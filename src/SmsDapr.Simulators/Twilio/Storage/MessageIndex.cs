using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Twilio.Storage;

/// <summary>Messages by SID and by recipient, in the order of their creation.</summary>
internal sealed class MessageIndex
{
    private readonly Dictionary<string, Message> _bySid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _byRecipient = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    public IEnumerable<Message> All => _bySid.Values;

    public Message? Find(string sid) => _bySid.GetValueOrDefault(sid);

    public void Add(Message message)
    {
        _bySid.Add(message.Sid, message);
        _order.Add(message.Sid);
        if (!_byRecipient.TryGetValue(message.To, out var sids))
            _byRecipient[message.To] = sids = [];
        sids.Add(message.Sid);
    }

    public Message? Change(string sid, Func<Message, Message> change)
    {
        if (!_bySid.TryGetValue(sid, out var message))
            return null;
        return _bySid[sid] = change(message);
    }

    public void Remove(string sid)
    {
        if (!_bySid.Remove(sid, out var message))
            return;
        _order.Remove(sid);
        _byRecipient[message.To].Remove(sid);
    }

    /// <summary>Newest first, like Twilio. A page begins behind the message that ended the one before it.</summary>
    public MessagePage List(MessageFilter filter)
    {
        var sids = filter.To is null ? _order : _byRecipient.GetValueOrDefault(filter.To, []);
        var matching = Enumerable.Range(1, sids.Count).Select(fromEnd => sids[^fromEnd]);
        if (filter.After is not null)
            matching = matching.SkipWhile(sid => sid != filter.After).Skip(1);
        var page = matching.Select(sid => _bySid[sid]).Where(filter.Matches).Take(filter.PageSize + 1).ToList();
        var more = page.Count > filter.PageSize;
        return new MessagePage(more ? page[..filter.PageSize] : page, more);
    }
}

internal sealed record MessagePage(IReadOnlyList<Message> Messages, bool HasMore);
