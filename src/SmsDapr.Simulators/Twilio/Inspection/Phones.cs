using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Twilio.Inspection;

internal sealed record ReceivedText(string Sid, string? From, string Body, int Segments, DateTimeOffset At);

internal sealed record SentText(string Sid, string To, string Body, DateTimeOffset At);

/// <summary>A handset: what really arrived on it, once each, and what it sent.</summary>
internal sealed record Phone(string Number, bool OptedOut, IReadOnlyList<ReceivedText> Texts, IReadOnlyList<SentText> Sent);

internal sealed class Phones
{
    private static readonly HashSet<string> OptOutWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT",
    };

    private static readonly HashSet<string> OptInWords = new(StringComparer.OrdinalIgnoreCase) { "START", "YES", "UNSTOP" };

    private readonly Dictionary<string, Handset> _handsets = new(StringComparer.Ordinal);

    public void Arrived(Message message, DateTimeOffset at)
    {
        var handset = Handset(message.To);
        handset.LastActivity = at;
        handset.Texts.Add(new ReceivedText(message.Sid, message.From, message.Body, message.Segments, at));
    }

    public void Sent(Message message)
    {
        var handset = Handset(message.From!);
        handset.LastActivity = message.CreatedAt;
        handset.Sent.Add(new SentText(message.Sid, message.To, message.Body, message.CreatedAt));
        var word = message.Body.Trim();
        if (OptOutWords.Contains(word))
            handset.OptedOut = true;
        else if (OptInWords.Contains(word))
            handset.OptedOut = false;
    }

    public bool IsOptedOut(string number) => _handsets.TryGetValue(number, out var handset) && handset.OptedOut;

    public IReadOnlyList<Phone> Latest(int limit) =>
        [.. _handsets.OrderByDescending(pair => pair.Value.LastActivity).Take(limit).Select(pair => pair.Value.ToPhone(pair.Key))];

    public Phone Find(string number) =>
        _handsets.TryGetValue(number, out var handset) ? handset.ToPhone(number) : new Phone(number, false, [], []);

    private Handset Handset(string number)
    {
        if (!_handsets.TryGetValue(number, out var handset))
            _handsets[number] = handset = new Handset();
        return handset;
    }
}

internal sealed class Handset
{
    public List<ReceivedText> Texts { get; } = [];

    public List<SentText> Sent { get; } = [];

    public bool OptedOut { get; set; }

    public DateTimeOffset LastActivity { get; set; }

    public Phone ToPhone(string number) => new(number, OptedOut, [.. Texts], [.. Sent]);
}
