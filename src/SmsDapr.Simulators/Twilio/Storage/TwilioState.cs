using SmsDapr.Simulators.Storage;
using SmsDapr.Simulators.Twilio.Behaviours;
using SmsDapr.Simulators.Twilio.Inspection;
using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Twilio.Storage;

/// <summary>Everything the simulated account holds. Changes go through journal entries, one at a time.</summary>
internal sealed class TwilioState : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Journal<JournalEntry>? _journal;
    private readonly MessageIndex _messages = new();
    private readonly Phones _phones = new();
    private readonly List<CreateRequestSeen> _requests = [];
    private readonly Dictionary<string, int> _requestsByNumber = new(StringComparer.Ordinal);
    private readonly HashSet<(string Sid, int Step)> _openWebhooks = [];

    public TwilioState(SimulatorOptions options)
    {
        if (options.DataDirectory is null)
            return;
        _journal = new Journal<JournalEntry>(options.DataDirectory, "twilio");
        foreach (var entry in _journal.Load())
        {
            if (entry is RequestSeen { Request: { To: { } to, Behaviour: { } behaviour } } && MagicNumbers.Named(behaviour) is not null)
                CountRequest(to);
            Apply(entry);
        }
    }

    /// <summary>How many create requests to this number came before; counts this one.</summary>
    public int CountRequest(string to)
    {
        lock (_gate)
        {
            var before = _requestsByNumber.GetValueOrDefault(to);
            _requestsByNumber[to] = before + 1;
            return before;
        }
    }

    public void Record(CreateRequestSeen request) => Commit(new RequestSeen(request));

    public void Create(Message message, CreateRequestSeen request) =>
        Commit(new MessageCreated(message), new RequestSeen(request));

    public void Create(Message message) => Commit(new MessageCreated(message));

    /// <summary>Takes the step if it is still the next one; null when the message changed or went away meanwhile.</summary>
    public Message? TakeStep(string sid, int step, DateTimeOffset at, string sender)
    {
        lock (_gate)
        {
            if (_messages.Find(sid) is not { } message || message.StepsTaken != step || message.NextStep is null)
                return null;
            Commit(new StepTaken(sid, step, at, message.From is null ? sender : null));
            return _messages.Find(sid);
        }
    }

    /// <summary>Puts one step in place of all that are still to come; null when the message is final or unknown.</summary>
    public Message? ReplaceSteps(string sid, LifeStep step)
    {
        lock (_gate)
        {
            if (_messages.Find(sid) is not { IsFinal: false } message)
                return null;
            Commit(new StepsReplaced(sid, [.. message.Steps.Take(message.StepsTaken), step]));
            return _messages.Find(sid);
        }
    }

    public void WebhooksDone(string sid, int step) => Commit(new WebhooksDone(sid, step));

    public Message? Redact(string sid, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_messages.Find(sid) is null)
                return null;
            Commit(new MessageRedacted(sid, at));
            return _messages.Find(sid);
        }
    }

    public void Delete(string sid) => Commit(new MessageDeleted(sid));

    public Message? Find(string sid)
    {
        lock (_gate)
            return _messages.Find(sid);
    }

    public MessagePage List(MessageFilter filter)
    {
        lock (_gate)
            return _messages.List(filter);
    }

    /// <summary>What a killed process left unfinished: messages with steps to come, and webhooks without an answer.</summary>
    public (IReadOnlyList<Message> Waiting, IReadOnlyList<(Message Message, int Step)> OpenWebhooks) Unfinished()
    {
        lock (_gate)
        {
            return (
                [.. _messages.All.Where(message => message.NextStep is not null)],
                [.. _openWebhooks.Select(open => (_messages.Find(open.Sid), open.Step))
                    .Where(open => open.Item1 is not null)
                    .Select(open => (open.Item1!, open.Step))]);
        }
    }

    public bool IsOptedOut(string number)
    {
        lock (_gate)
            return _phones.IsOptedOut(number);
    }

    public IReadOnlyList<Phone> Phones(int limit)
    {
        lock (_gate)
            return _phones.Latest(limit);
    }

    public Phone Phone(string number)
    {
        lock (_gate)
            return _phones.Find(number);
    }

    public IReadOnlyList<CreateRequestSeen> Requests(string? to)
    {
        lock (_gate)
            return [.. _requests.Where(request => to is null || request.To == to)];
    }

    public void Dispose() => _journal?.Dispose();

    private void Commit(params ReadOnlySpan<JournalEntry> entries)
    {
        lock (_gate)
        {
            _journal?.Append(entries);
            foreach (var entry in entries)
                Apply(entry);
        }
    }

    private void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case MessageCreated created:
                _messages.Add(created.Message);
                if (created.Message.Direction == MessageDirection.Inbound)
                    _phones.Sent(created.Message);
                break;
            case RequestSeen seen:
                _requests.Add(seen.Request);
                break;
            case StepTaken taken:
                Apply(taken);
                break;
            case StepsReplaced replaced:
                _messages.Change(replaced.Sid, message => message with { Steps = replaced.Steps });
                break;
            case WebhooksDone done:
                _openWebhooks.Remove((done.Sid, done.Step));
                break;
            case MessageRedacted redacted:
                _messages.Change(redacted.Sid, message => message with { Body = "", UpdatedAt = redacted.At });
                break;
            case MessageDeleted deleted:
                _messages.Remove(deleted.Sid);
                break;
            default:
                throw new InvalidDataException($"The journal holds an entry of an unknown kind: {entry.GetType().Name}.");
        }
    }

    private void Apply(StepTaken taken)
    {
        var message = _messages.Change(taken.Sid, message =>
        {
            var step = message.Steps[taken.Step];
            var status = step.Status ?? message.Status;
            return message with
            {
                StepsTaken = taken.Step + 1,
                Status = status,
                From = message.From ?? taken.Sender,
                ErrorCode = step.ErrorCode ?? message.ErrorCode,
                SentAt = status == MessageStatus.Sent ? message.SentAt ?? taken.At : message.SentAt,
                UpdatedAt = step.Status is null ? message.UpdatedAt : taken.At,
            };
        });
        if (message is null)
            return;
        if (message.Steps[taken.Step].Arrives)
            _phones.Arrived(message, taken.At);
        if (message.WebhookUrl is not null && message.Steps[taken.Step].Receipts.Count > 0)
            _openWebhooks.Add((taken.Sid, taken.Step));
    }
}
