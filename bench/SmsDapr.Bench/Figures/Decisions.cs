using BenchmarkDotNet.Attributes;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;

namespace SmsDapr.Bench.Figures;

/// <summary>
/// Decisions of the send rules about a reminder that every rule has to look at, in a zone with daylight saving. BenchmarkDotNet
/// derives from this class and calls what is public.
/// </summary>
public class Decisions
{
    private const string UserId = "user-1";
    private const int FullDay = 1_000;
    private static readonly Instant Due = Instant.FromUtc(2026, 3, 8, 17, 0);

    private readonly SendContext _passes = Context(new QuietHours(new LocalTime(21, 0), new LocalTime(8, 0)), Day(9), limit: 10);
    private readonly SendContext _quiet = Context(new QuietHours(new LocalTime(13, 0), new LocalTime(13, 5)), Day(9), limit: 10);
    private readonly SendContext _fullDay = Context(new QuietHours(new LocalTime(21, 0), new LocalTime(8, 0)), Day(FullDay - 1), FullDay);

    // Three days of different texts that together just leave room: every one has to be compared.
    private readonly SendContext _threeDays = Context(new QuietHours(new LocalTime(21, 0), new LocalTime(8, 0)), Day(FullDay / 3), FullDay) with
    {
        EarlierDays = [Day(FullDay / 3, FullDay / 3), Day(FullDay / 3 + 1, 2 * (FullDay / 3) - 1)],
    };

    [Benchmark(Description = "it goes out")]
    public SendVerdict Passes() => SendRules.Decide(_passes);

    [Benchmark(Description = "quiet hours defer it")]
    public SendVerdict Quiet() => SendRules.Decide(_quiet);

    [Benchmark(Description = "the last of 1,000 texts a day")]
    public SendVerdict FullyUsedDay() => SendRules.Decide(_fullDay);

    [Benchmark(Description = "the last of 1,000 texts in three zones")]
    public SendVerdict ThreeDays() => SendRules.Decide(_threeDays);

    [Benchmark(Description = "explained: the last of 1,000 texts in three zones")]
    public SendExplanation Explained() => SendRules.Explain(_threeDays);

    private static SendContext Context(QuietHours quietHours, DaySlots day, int limit)
    {
        var settings = new UserSettings
        {
            UserId = UserId,
            TimeZone = "America/New_York",
            QuietHours = quietHours,
            QuietHoursSet = true,
            DailyLimit = limit,
            Phone = new UserPhone("+12025550147", Due - Duration.FromDays(1)),
        };
        return new SendContext
        {
            Message = Reminder(),
            User = UserPreferences.Resolve(settings, new UserDefaults()),
            Now = Due,
            SendingEnabled = true,
            DefaultMaxLateness = Duration.FromHours(4),
            Day = day,
        };
    }

    private static Message Reminder()
    {
        var reminder = new NewMessage
        {
            Id = "message-1",
            UserId = UserId,
            Type = MessageType.EventReminder,
            Text = new MessageText("Dentist starts in 15 mins", BodySource.Template),
            SendAt = Due,
            TimeZone = "America/New_York",
            Event = new CalendarEvent
            {
                Id = "event-1",
                CalendarId = "primary",
                Title = "Dentist",
                Start = Due + Duration.FromMinutes(15),
                End = Due + Duration.FromMinutes(45),
            },
            MaxAttempts = 3,
            Source = TimelineSource.Planner,
        };
        return MessageLifecycle.Create(reminder, Due - Duration.FromHours(12));
    }

    private static DaySlots Day(int taken, int firstId = 0) =>
        new(UserId, new LocalDay(new LocalDate(2026, 3, 8), "America/New_York"), [.. Enumerable.Range(firstId, taken).Select(number => $"rem-{number:x40}")]);
}
