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
        var day = new DaySlots(User.UserId, new LocalDate(2026, 3, 2), ["sent-before"]);

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

    private static ReminderForecast Forecast(UserPreferences user) => new(user, Morning, sendingEnabled: true, Duration.FromHours(4));

    private static List<Message> Messages(UserPreferences user, params int[] hours) =>
    [
        .. hours.Select(hour => ReminderTrack.Of(user.UserId, Entry.At(Instant.FromUtc(2026, 3, 2, hour, 0)) with { Id = $"event-{hour}" }).Decide(null, Morning, user).Create(Morning)),
    ];

    private static int Hour(Message message) => message.Event!.Start.InUtc().Hour;
}
