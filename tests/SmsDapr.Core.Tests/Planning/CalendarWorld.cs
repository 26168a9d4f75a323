using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Tests.Messages;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>Where a run of the planner dies.</summary>
internal enum Crash
{
    None,
    BeforeTrackIsStored,
    AfterTrackIsStored,
}

/// <summary>One event of one user, its stored record and messages, and everything that can happen to them.</summary>
internal sealed class CalendarWorld
{
    private readonly Dictionary<string, Message> _messages = [];
    private ReminderTrack _track;
    private UserPreferences _user = Plans.User;

    public CalendarWorld()
    {
        Entry = Plans.Entry.At(Now + Duration.FromHours(5));
        _track = ReminderTrack.Of(_user.UserId, Entry);
    }

    public Instant Now { get; private set; } = Plans.Morning;

    /// <summary>What the calendar really says.</summary>
    public CalendarEntry? Entry { get; set; }

    /// <summary>Every text that was handed over: what it said, and what the calendar said if the guard could ask.</summary>
    public List<(string MessageId, int Attempt, Instant Start, Instant At, Instant? RealStart)> Texts { get; } = [];

    /// <summary>Those of them that the provider refused or could not deliver.</summary>
    public HashSet<(string MessageId, int Attempt)> Failed { get; } = [];

    public ReminderTrack Track => _track;

    public UserPreferences User => _user;

    public IEnumerable<Message> Messages => _messages.Values;

    public IReadOnlyList<Message> Waiting => [.. _messages.Values.Where(message => message.Status == MessageStatus.Scheduled && !_track.IsSuperseded(message.Id))];

    private PlanningContext Context => new()
    {
        User = _user,
        Now = Now,
        Window = new Interval(Now, Now + Duration.FromDays(30)),
    };

    /// <summary>A sync brings the event and the planner runs, dying where told. True when it had nothing to do.</summary>
    public bool Plan(Crash crash = Crash.None)
    {
        _track = _track.Saw(Entry);
        var decision = ReminderPlanner.Decide(_track, Current(), Context);
        if (crash == Crash.BeforeTrackIsStored)
            return false;
        _track = decision.Track;
        if (crash == Crash.AfterTrackIsStored)
            return false;
        Carry(decision);
        return decision is PlanningDecision.Leave;
    }

    /// <summary>Another replica decided on the same state a moment ago, and carries that out only now.</summary>
    public void PlanTwiceAtOnce()
    {
        _track = _track.Saw(Entry);
        var read = _track;
        var late = ReminderPlanner.Decide(read, Current(), Context);
        Plan();
        if (ReferenceEquals(_track, read) || late.Track.Generation == _track.Generation)
            Carry(late);
    }

    public void Advance(Duration by, Random random)
    {
        Now += by;
        foreach (var id in _messages.Keys.ToList())
            Send(id, random);
    }

    /// <summary>On to when the next message is due.</summary>
    public void AdvanceToDue(Random random)
    {
        var due = _messages.Values.Where(message => message.Status == MessageStatus.Scheduled).Select(message => message.DueAt).DefaultIfEmpty(Now).Min();
        Advance(Duration.Max(Duration.Zero, due - Now), random);
    }

    public void CancelByUser()
    {
        foreach (var message in Waiting)
            Change(message.Cancel(StatusReason.UserCancelled, TimelineSource.Api, Now));
    }

    public void OptOut()
    {
        _user = _user with { OptOut = new OptOut(Now, OptOutReason.Keyword) };
        foreach (var message in _messages.Values.ToList())
            Change(message.Cancel(StatusReason.OptedOut, TimelineSource.Inbound, Now));
    }

    public void OptIn() => _user = _user with { OptOut = null };

    public void ChangeLead(int minutes) => _user = _user with { LeadTimeMinutes = minutes };

    private Message? Current() => _track.MessageId is { } id ? _messages.GetValueOrDefault(id) : null;

    private void Carry(PlanningDecision decision)
    {
        switch (decision)
        {
            case PlanningDecision.Create { Reminder: var reminder }:
                var text = ReminderTemplate.Compose(reminder.Facts);
                _messages.TryAdd(reminder.MessageId, MessageLifecycle.Create(reminder.ToMessage(_user.UserId, text, maxAttempts: 2), Now));
                break;
            case PlanningDecision.Follow { Reminder: var reminder, Reword: var reword }:
                Change(_messages[reminder.MessageId].FollowEvent(reminder.Event, reminder.SendAt, reword ? ReminderTemplate.Compose(reminder.Facts) : null, Now));
                break;
            case PlanningDecision.Cancel { MessageId: var id, Reason: var reason }:
                Change(_messages[id].Cancel(reason, TimelineSource.Calendar, Now));
                break;
        }
    }

    /// <summary>The guard looks at the calendar, or at what was last known of it, then the provider answers as it likes.</summary>
    private void Send(string id, Random random)
    {
        if (_messages[id] is not { Status: MessageStatus.Scheduled } due || due.DueAt > Now)
        {
            if (_messages[id] is { Status: MessageStatus.Sent } sent)
            {
                var failed = random.Next(3) == 0;
                if (failed)
                    Failed.Add((id, sent.Attempts));
                Change(sent.ApplyReceipt(new ReceiptFact(sent.Attempts, $"SM-{id}-{sent.Attempts}", failed ? "undelivered" : "delivered", 30003, Now, TimelineSource.Twilio), RetryOptions.Default));
            }

            return;
        }

        var asks = random.Next(4) > 0;
        if (asks)
        {
            _track = _track.Saw(Entry);
            if (!_track.IsSuperseded(id) && EventStandings.HasMovedAhead(due, _track.Entry, Now))
            {
                Plan();
                due = _messages[id];
            }
        }

        var context = new SendContext
        {
            Message = due,
            User = _user,
            Now = Now,
            SendingEnabled = true,
            DefaultMaxLateness = Duration.FromHours(4),
            Day = DaySlots.Empty(_user.UserId, LocalDay.Of(Now, _user.Zone)),
            Event = EventStandings.Of(due, _track, calendarConnected: true, Now),
        };
        switch (SendRules.Decide(context))
        {
            case SendVerdict.Pass:
                Change(due.BeginAttempt(Sample.Phone, Now));
                var number = _messages[id].Attempts;
                Texts.Add((id, number, due.Event!.Start, Now, asks ? Entry!.Start : null));
                if (random.Next(3) > 0)
                {
                    Change(_messages[id].AttemptAccepted(number, $"SM-{id}-{number}", "queued", Now));
                    break;
                }

                Failed.Add((id, number));
                Change(_messages[id].AttemptRefused(number, new ProviderError(20503, 503, null), Now, RetryOptions.Default));
                break;
            case SendVerdict.End end:
                Change(due.End(end.Reason, TimelineSource.Workflow, Now));
                break;
        }
    }

    private void Change(Transition transition)
    {
        if (transition is Transition.Changed { Next: var next })
            _messages[next.Id] = next;
    }
}
