using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Sending;

public sealed class SendContextTests
{
    private static readonly Duration TenSeconds = Duration.FromSeconds(10);

    [Fact]
    public void What_the_rules_say_holds_for_a_while() => Context().ValidUntil(TenSeconds).ShouldBe(Noon + TenSeconds);

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void It_holds_until_quiet_hours_begin(int secondsBefore, bool endsThen)
    {
        var quiet = SendSample.User with { QuietHours = new QuietHours(new LocalTime(12, 0), new LocalTime(13, 0)) };
        var context = Context(user: quiet) with { Now = Noon - Duration.FromSeconds(secondsBefore) };

        context.ValidUntil(TenSeconds).ShouldBe(endsThen ? Noon : context.Now + TenSeconds);
        (context with { Message = context.Message with { QuietHoursOverrideReason = "why" } }).ValidUntil(TenSeconds).ShouldBe(context.Now + TenSeconds);
    }

    [Fact]
    public void It_holds_until_the_users_day_ends()
    {
        var midnight = Instant.FromUtc(2026, 3, 2, 23, 0);
        var context = Context(Scheduled() with { SendAt = midnight - TenSeconds }, SendSample.User with { Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"] });

        (context with { Now = midnight - Duration.FromSeconds(3) }).ValidUntil(TenSeconds).ShouldBe(midnight);
    }

    [Fact]
    public void It_holds_until_the_event_begins() =>
        (Context(Reminder()) with { Now = Event.Start - Duration.FromSeconds(2) }).ValidUntil(TenSeconds).ShouldBe(Event.Start);

    [Fact]
    public void It_holds_until_the_message_is_too_late()
    {
        var context = Context(Scheduled() with { MaxLateness = Duration.FromSeconds(4) });

        (context with { Now = At(3) }).ValidUntil(TenSeconds).ShouldBe(At(4) + Duration.FromMilliseconds(1));
    }

    private static SendContext Context(Message? message = null, UserPreferences? user = null) => SendSample.Context(message ?? Scheduled(), user);
}
