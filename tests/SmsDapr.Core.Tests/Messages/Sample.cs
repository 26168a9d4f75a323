using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Messages;

/// <summary>Messages in the states that tests begin with.</summary>
internal static class Sample
{
    public const string Phone = "+12025550671";
    public const string Sid1 = "SM00000000000000000000000000000001";
    public const string Sid2 = "SM00000000000000000000000000000002";

    public static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);
    public static RetryOptions Retry => RetryOptions.Default;

    public static CalendarEvent Event => new()
    {
        Id = "event-1",
        CalendarId = "primary",
        Title = "Dentist",
        Start = Noon + Duration.FromMinutes(15),
        End = Noon + Duration.FromMinutes(45),
    };

    public static NewMessage New => new()
    {
        Id = "message-1",
        UserId = "user-1",
        Type = MessageType.Custom,
        Text = new MessageText("Hello", BodySource.Caller),
        SendAt = Noon,
        TimeZone = "UTC",
        MaxAttempts = 3,
        Source = TimelineSource.Api,
    };

    /// <summary>A user without quiet hours.</summary>
    public static UserPreferences Anyone => UserPreferences.Resolve(new UserSettings { UserId = "user-1", QuietHoursSet = true }, new UserDefaults());

    public static UserPreferences Quiet(int fromHour, int toHour) =>
        Anyone with { QuietHours = new QuietHours(new LocalTime(fromHour, 0), new LocalTime(toHour, 0)) };

    public static Message Scheduled(int maxAttempts = 3) => MessageLifecycle.Create(New with { MaxAttempts = maxAttempts }, Noon - Duration.FromHours(1));

    public static Message Reminder() =>
        MessageLifecycle.Create(New with { Type = MessageType.EventReminder, Event = Event }, Noon - Duration.FromHours(1));

    public static Message InFlight(int maxAttempts = 3) => Scheduled(maxAttempts).BeginAttempt(Phone, Noon).Next();

    public static Message Sent(int maxAttempts = 3) => InFlight(maxAttempts).AttemptAccepted(1, Sid1, "queued", At(1)).Next();

    /// <summary>Waits for its second attempt after a receipt of a passing fault.</summary>
    public static Message WaitingForRetry(int maxAttempts = 3) => Sent(maxAttempts).ApplyReceipt(Receipt("undelivered", code: 30003), Retry).Next();

    public static Message InFlightAgain() => WaitingForRetry() is var waiting ? waiting.BeginAttempt(Phone, waiting.DueAt).Next() : null!;

    public static Instant At(int seconds) => Noon + Duration.FromSeconds(seconds);

    public static ReceiptFact Receipt(string? status, int? attempt = 1, string sid = Sid1, int? code = null, int seconds = 5) =>
        new(attempt, sid, status, code, At(seconds), TimelineSource.Twilio);

    public static Message Next(this Transition transition) => transition.ShouldBeOfType<Transition.Changed>().Next;

    public static void ShouldBeUnchanged(this Transition transition) => transition.ShouldBeOfType<Transition.Unchanged>();

    public static void ShouldBeRefused(this Transition transition, Refusal reason) =>
        transition.ShouldBeOfType<Transition.Refused>().Reason.ShouldBe(reason);

    public static IEnumerable<MessageStatus> Path(this Message message) => message.Timeline.Select(entry => entry.Status);
}
