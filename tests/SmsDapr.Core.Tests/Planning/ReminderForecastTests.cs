using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Planning.Plans;

namespace SmsDapr.Core.Tests.Planning;

public sealed class ReminderForecastTests
{
    [Fact]
    public void Of_says_what_goes_out_and_what_the_limit_ends_earliest_first()
    {
        var messages = Messages(User, 16, 11, 14);

        var expected = Forecast(User with { DailyLimit = 2 }).Of(messages);

        expected.Select(item => (Hour(item.Message), item.Outcome, item.Reason)).ShouldBe(
        [
            (11, SendOutcome.WillSend, null), (14, SendOutcome.WillSend, null), (16, SendOutcome.Cancelled, StatusReason.DailyLimit),
        ]);
    }

    [Fact]
    public void Of_counts_what_the_day_holds_already()
    {
        var day = new DaySlots(User.UserId, new LocalDay(new LocalDate(2026, 3, 2), User.Zone.Id), ["sent-before"]);

        var expected = Forecast(User with { DailyLimit = 1 }).With([day]).Of(Messages(User, 11));

        expected.Single().Reason.ShouldBe(StatusReason.DailyLimit);
    }

    [Fact]
    public void Of_says_when_quiet_hours_defer_and_when_they_last_until_the_event()
    {
        var user = User with { QuietHours = new QuietHours(new LocalTime(10, 0), new LocalTime(12, 50)) };

        var expected = Forecast(user).Of(Messages(user, 12, 13));

        expected.Select(item => (Hour(item.Message), item.Outcome, item.Reason, item.SendAt)).ShouldBe(
        [
            (12, SendOutcome.Cancelled, StatusReason.QuietHoursUntilEvent, Instant.FromUtc(2026, 3, 2, 11, 45)),
            (13, SendOutcome.Deferred, StatusReason.QuietHours, Instant.FromUtc(2026, 3, 2, 12, 50)),
        ]);
    }

    [Fact]
    public void Of_an_ineligible_user_says_why_nothing_goes_out() =>
        Forecast(User with { OptOut = new OptOut(Morning, OptOutReason.Request) }).Of(Messages(User, 11)).Single().Reason.ShouldBe(StatusReason.OptedOut);

    [Fact]
    public void Of_a_message_under_way_says_what_it_is() =>
        Forecast(User).Of([Messages(User, 11).Single().Accepted()]).Single().Outcome.ShouldBe(SendOutcome.Sent);

    [Fact]
    public void Of_what_is_overdue_goes_by_its_own_time_and_then_by_id()
    {
        var messages = Messages(User, 11, 13, 12);
        messages.Add(messages[0] with { Id = "a" });
        messages.Add(messages[0] with { Id = "~" });
        var late = new ReminderForecast(User with { DailyLimit = 2 }, Instant.FromUtc(2026, 3, 2, 10, 58), sendingEnabled: true, Duration.FromHours(4));
        var overdue = messages.Select(message => message with { SendAt = Morning + Duration.FromMinutes(message.Event!.Start.InUtc().Hour) }).ToList();

        var expected = late.Of(overdue);

        expected.Select(item => Hour(item.Message)).ShouldBe([11, 11, 11, 12, 13]);
        expected.Select(item => item.Message.Id).Take(3).ShouldBe(["a", messages[0].Id, "~"]);
        expected.Select(item => item.Outcome).ShouldBe([SendOutcome.WillSend, SendOutcome.WillSend, SendOutcome.Cancelled, SendOutcome.Cancelled, SendOutcome.Cancelled]);
        expected.Select(item => item.SendAt).Distinct().ShouldBe([Instant.FromUtc(2026, 3, 2, 10, 58)]);
    }

    [Fact]
    public void Of_deferred_messages_competes_at_the_deferred_time()
    {
        // The night of the early one ends after the late one is due.
        var user = User with { DailyLimit = 1, QuietHours = new QuietHours(new LocalTime(10, 0), new LocalTime(12, 50)) };
        var deferred = Messages(user, 13);
        var later = Messages(user, 14);

        var expected = Forecast(user).Of([.. later, .. deferred]);

        expected.Select(item => (Hour(item.Message), item.Outcome)).ShouldBe([(13, SendOutcome.Deferred), (14, SendOutcome.Cancelled)]);
    }

    [Fact]
    public void Of_says_that_sending_is_switched_off_and_that_a_message_is_too_late()
    {
        new ReminderForecast(User, Morning, sendingEnabled: false, Duration.FromHours(4)).Of(Messages(User, 11)).Single().Reason.ShouldBe(StatusReason.SendingDisabled);
        var overdue = Messages(User, 14).Single() with { SendAt = Morning - Duration.FromHours(1) };
        new ReminderForecast(User, Morning, sendingEnabled: true, Duration.FromMinutes(30)).Of([overdue]).Single().Reason.ShouldBe(StatusReason.Expired);
    }

    [Fact]
    public void Of_a_day_that_was_left_by_a_change_of_zone_counts_it()
    {
        var left = new EarlierDay(new LocalDay(new LocalDate(2026, 3, 1), "Pacific/Honolulu"), Morning - Duration.FromHours(1), Instant.FromUtc(2026, 3, 2, 12, 0));
        var user = User with { DailyLimit = 1, EarlierDays = [left] };

        var expected = Forecast(user).With([new DaySlots(User.UserId, left.Day, ["sent-before"])]).Of(Messages(user, 11));

        expected.Single().Reason.ShouldBe(StatusReason.DailyLimit);
        Forecast(user).Of(Messages(user, 11)).Single().Outcome.ShouldBe(SendOutcome.WillSend);
    }

    private static ReminderForecast Forecast(UserPreferences user) => new(user, Morning, sendingEnabled: true, Duration.FromHours(4));

    private static List<Message> Messages(UserPreferences user, params int[] hours) =>
    [
        .. hours.Select(hour => ReminderTrack.Of(user.UserId, Entry.At(Instant.FromUtc(2026, 3, 2, hour, 0)) with { Id = $"event-{hour}" }).Decide(null, Morning, user).Create(Morning)),
    ];

    private static int Hour(Message message) => message.Event!.Start.InUtc().Hour;
}
