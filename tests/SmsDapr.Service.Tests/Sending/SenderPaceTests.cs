using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Tests.Sending;

public sealed class SenderPaceTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 8, 12, 0, 0, TimeSpan.Zero));

    private Instant Now => Instant.FromDateTimeOffset(_time.GetUtcNow());

    [Fact]
    public void Without_a_pace_nobody_waits()
    {
        var pace = Pace(0);
        for (var number = 0; number < 1000; number++)
            pace.WaitUntil($"m{number}").ShouldBeNull();
    }

    [Fact]
    public void Turns_follow_each_other_at_the_pace()
    {
        var pace = Pace(4);
        var begun = Now;

        var turns = Enumerable.Range(0, 5).Select(number => ((pace.WaitUntil($"m{number}") ?? Now) - begun).TotalMilliseconds);

        turns.ShouldBe([0, 250, 500, 750, 1000]);
    }

    [Fact]
    public void A_message_that_asks_again_keeps_its_turn_and_waits_only_once()
    {
        var pace = Pace(1);
        pace.WaitUntil("first");
        var turn = pace.WaitUntil("second");

        pace.WaitUntil("second").ShouldBe(turn);
        _time.Advance(TimeSpan.FromSeconds(1));
        pace.WaitUntil("second").ShouldBeNull();
    }

    [Fact]
    public void A_rest_begins_with_the_third_refusal_in_a_row_and_doubles_up_to_a_minute()
    {
        var pace = Pace(0);
        pace.RateLimited();
        pace.RateLimited();
        pace.WaitUntil("m").ShouldBeNull();

        var rests = new List<double>();
        for (var rest = 0; rest < 6; rest++)
        {
            pace.RateLimited();
            var until = pace.WaitUntil("m")!.Value;
            rests.Add((until - Now).TotalSeconds);
            _time.Advance((until - Now).ToTimeSpan());
        }

        rests.ShouldBe([5, 10, 20, 40, 60, 60]);
    }

    [Fact]
    public void Refusals_of_calls_that_were_under_way_together_make_one_rest()
    {
        var pace = Pace(0);
        for (var call = 0; call < 64; call++)
            pace.RateLimited();

        (pace.WaitUntil("m")!.Value - Now).ShouldBe(Duration.FromSeconds(5));
    }

    [Fact]
    public void An_acceptance_in_between_is_no_row()
    {
        var pace = Pace(0);
        for (var call = 0; call < 10; call++)
        {
            pace.RateLimited();
            pace.RateLimited();
            pace.Accepted();
        }

        pace.WaitUntil("m").ShouldBeNull();
    }

    private SenderPace Pace(int messagesPerSecond)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Sms:MessagesPerSecond", $"{messagesPerSecond}")]).Build();
        var options = SmsOptions.Read(new SettingsReader(settings, "Sms", []));
        return new SenderPace(options, new TimeProviderClock(_time), NullLogger<SenderPace>.Instance);
    }
}
