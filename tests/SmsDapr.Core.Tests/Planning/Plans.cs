using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Tests.Messages;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>
/// A user's morning, an event in the afternoon, and what becomes of its reminder. Records are made anew each time: a mutation run keeps the process, and with it
/// what a mutant left in a static field.
/// </summary>
internal static class Plans
{
    public static readonly Instant Morning = Instant.FromUtc(2026, 3, 2, 9, 0);
    public static readonly Instant Afternoon = Instant.FromUtc(2026, 3, 2, 14, 0);

    public static UserPreferences User => new()
    {
        UserId = "user-1",
        EventRemindersEnabled = true,
        LeadTimeMinutes = 15,
        QuietHours = null,
        DailyLimit = 10,
        Zone = DateTimeZone.Utc,
        TimeZoneIsDefault = false,
        Phone = new UserPhone(Sample.Phone, Morning),
        OptOut = null,
    };

    public static CalendarEntry Entry => new()
    {
        Id = "event-1",
        CalendarId = "primary",
        Title = "Dentist",
        Start = Afternoon,
        End = Afternoon + Duration.FromMinutes(30),
    };

    public static CalendarEntry AllDay => Entry with { Start = null, End = null, StartDate = new LocalDate(2026, 3, 2), EndDate = new LocalDate(2026, 3, 3) };

    public static ReminderTrack Track => ReminderTrack.Of(User.UserId, Entry);

    /// <summary>The event with its reminder, which waits.</summary>
    public static (ReminderTrack Track, Message Message) Planned()
    {
        var decision = Track.Decide(null, Morning);
        return (decision.Track, decision.Create(Morning));
    }

    public static CalendarEntry At(this CalendarEntry entry, Instant start) => entry with { Start = start, End = start + Duration.FromMinutes(30) };

    public static PlanningContext Context(Instant now, UserPreferences? user = null) => PlanningContext.Today(user ?? User, now);

    public static PlanningDecision Decide(this ReminderTrack track, Message? current, Instant now, UserPreferences? user = null) =>
        ReminderPlanner.Decide(track, current, Context(now, user));

    public static Message Create(this PlanningDecision decision, Instant now)
    {
        var reminder = decision.ShouldBeOfType<PlanningDecision.Create>().Reminder;
        return MessageLifecycle.Create(reminder.ToMessage(decision.Track.UserId, ReminderTemplate.Compose(reminder.Facts), maxAttempts: 3), now);
    }

    public static Message Follow(this PlanningDecision decision, Message message, Instant now)
    {
        var (_, reminder, reword) = decision.ShouldBeOfType<PlanningDecision.Follow>();
        reminder.MessageId.ShouldBe(message.Id);
        return message.FollowEvent(reminder.Event, reminder.SendAt, reword ? ReminderTemplate.Compose(reminder.Facts) : null, now).Next();
    }

    public static Message Delivered(this Message message) => Accepted(message)
        .ApplyReceipt(new ReceiptFact(message.Attempts + 1, Sample.Sid1, "delivered", null, message.DueAt, TimelineSource.Twilio), RetryOptions.Default).Next();

    public static Message Accepted(this Message message) => message
        .BeginAttempt(Sample.Phone, message.DueAt).Next()
        .AttemptAccepted(message.Attempts + 1, Sample.Sid1, "queued", message.DueAt).Next();

    public static void ShouldLeave(this PlanningDecision decision, SkipReason reason) => decision.ShouldBeOfType<PlanningDecision.Leave>().Reason.ShouldBe(reason);

    public static void ShouldCancel(this PlanningDecision decision, Message message, StatusReason reason)
    {
        var cancel = decision.ShouldBeOfType<PlanningDecision.Cancel>();
        cancel.MessageId.ShouldBe(message.Id);
        cancel.Reason.ShouldBe(reason);
    }
}
