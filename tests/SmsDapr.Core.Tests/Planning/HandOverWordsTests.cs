using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Tests.Messages;
using static SmsDapr.Core.Tests.Planning.Plans;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>The afternoon's event is at 14:00; its reminder is worded for 13:45.</summary>
public sealed class HandOverWordsTests
{
    private static readonly Instant Due = Afternoon - Duration.FromMinutes(15);

    [Theory]
    [InlineData(0, null)]
    [InlineData(59, null)]
    [InlineData(60, "in 14 mins")]
    [InlineData(120, "in 13 mins")]
    [InlineData(420, "in 8 mins")]
    [InlineData(-59, null)]
    [InlineData(-60, "in 16 mins")]
    public void A_late_reminder_said_15_mins_when_8_were_left(int secondsLate, string? says)
    {
        var words = Words(Reminder(), Due + Duration.FromSeconds(secondsLate));

        (words is not null).ShouldBe(says is not null);
        words?.Body.ShouldContain(says!);
        words?.Source.ShouldBe(BodySource.Template);
    }

    [Fact]
    public void A_retry_said_the_words_of_the_first_attempt_again()
    {
        var late = Due + Duration.FromMinutes(7);
        var first = Reminder();
        var begun = first.BeginAttempt(Sample.Phone, late, Words(first, late)).Next();
        begun.Body.ShouldContain("in 8 mins");
        begun.WordedFor.ShouldBe(late);

        var failed = begun.AttemptRefused(1, new ProviderError(20503, 503), late, RetryOptions.Default).Next();
        var retriedAt = failed.DueAt;

        retriedAt.ShouldBe(late + Duration.FromMinutes(2));
        failed.BeginAttempt(Sample.Phone, retriedAt, Words(failed, retriedAt)).Next().Body.ShouldContain("in 6 mins");
        Words(begun, late).ShouldBeNull("what was just worded is not worded again");
    }

    [Fact]
    public void An_attempt_made_again_after_a_crash_said_the_words_of_before_it()
    {
        var crashed = Reminder().BeginAttempt(Sample.Phone, Due).Next();
        var after = Due + Duration.FromMinutes(5);

        var again = crashed.RestartAttempt(1, Sample.Phone, after, Words(crashed, after)).Next();

        again.Body.ShouldContain("in 10 mins");
        again.CurrentAttempt!.RequestedAt.ShouldBe(after);
    }

    [Fact]
    public void A_models_words_give_way_to_plain_ones_when_their_time_is_wrong()
    {
        var reminder = Reminder();
        var worded = reminder.Edit(
            new MessageText("Dentist in 15 mins, off you go", BodySource.Llm, "m", 0.01m, reminder.WordedFrom, reminder.WordedFor), TimelineSource.Api, Morning).Next();
        var late = Due + Duration.FromMinutes(5);

        Words(worded, Due).ShouldBeNull();
        var begun = worded.BeginAttempt(Sample.Phone, late, Words(worded, late)).Next();

        (begun.Body, begun.BodySource, begun.LlmModel, begun.GenerationCostUsd).ShouldBe(("Dentist starts in 10 mins, at 2:00 PM, for 30 mins.", BodySource.Template, null, 0.01m));
        begun.Sms.Segments.ShouldBe(1);
    }

    [Fact]
    public void A_person_s_own_words_stand_however_late_they_are()
    {
        var edited = Reminder().Edit(new MessageText("In 15 mins: take the X-rays along", BodySource.Caller), TimelineSource.Api, Morning).Next();
        var custom = Reminder() with { Type = MessageType.Custom };

        Words(edited, Due + Duration.FromMinutes(7)).ShouldBeNull();
        Words(custom, Due + Duration.FromMinutes(7)).ShouldBeNull();
    }

    [Fact]
    public void A_record_from_before_times_were_kept_counts_as_worded_for_its_send_time()
    {
        var old = Reminder() with { WordedFor = null };

        Words(old, Due).ShouldBeNull();
        Words(old, Due + Duration.FromMinutes(7))!.Body.ShouldContain("in 8 mins");
    }

    private static Message Reminder() => Track.Decide(null, Morning).Create(Morning);

    private static MessageText? Words(Message message, Instant now) => HandOverWords.Of(message, joinLink: null, Context(now));
}
