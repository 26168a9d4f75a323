using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Delivery;

public sealed class InboundKeywordTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);
    private static UserSettings User => new() { UserId = "user-1", Phone = new UserPhone("+12025550147", Noon) };

    [Theory]
    [InlineData("STOP", InboundKeyword.Stop)]
    [InlineData(" stop\n", InboundKeyword.Stop)]
    [InlineData("StopAll", InboundKeyword.Stop)]
    [InlineData("unsubscribe", InboundKeyword.Stop)]
    [InlineData("Cancel", InboundKeyword.Stop)]
    [InlineData("end", InboundKeyword.Stop)]
    [InlineData("quit", InboundKeyword.Stop)]
    [InlineData("revoke", InboundKeyword.Stop)]
    [InlineData("OptOut", InboundKeyword.Stop)]
    [InlineData("start", InboundKeyword.Start)]
    [InlineData("Yes", InboundKeyword.Start)]
    [InlineData("unstop", InboundKeyword.Start)]
    [InlineData("help", InboundKeyword.Help)]
    [InlineData("Info", InboundKeyword.Help)]
    public void Find_reads_a_keyword_in_any_case(string body, InboundKeyword expected) =>
        InboundKeywords.Find(null, body).ShouldBe(expected);

    [Theory]
    [InlineData("stop please")]
    [InlineData("STOP.")]
    [InlineData("don't stop")]
    [InlineData("opt out")]
    [InlineData("")]
    [InlineData(null)]
    public void Find_takes_the_whole_text_or_nothing(string? body) => InboundKeywords.Find(null, body).ShouldBeNull();

    [Theory]
    [InlineData("STOP", "arrêter", InboundKeyword.Stop)]
    [InlineData("START", "STOP", InboundKeyword.Start)]
    [InlineData("HELP", "STOP", InboundKeyword.Help)]
    public void Find_trusts_the_providers_reading_first(string optOutType, string body, InboundKeyword expected) =>
        InboundKeywords.Find(optOutType, body).ShouldBe(expected);

    [Fact]
    public void A_reading_of_the_provider_that_is_not_known_changes_nothing() =>
        InboundKeywords.Find("PAUSE", "STOP").ShouldBeNull();

    [Fact]
    public void WithKeyword_opts_out_and_in()
    {
        var stopped = User.WithKeyword(InboundKeyword.Stop, "SM1", Noon);
        stopped.OptOut.ShouldBe(new OptOut(Noon, OptOutReason.Keyword));
        stopped.WithKeyword(InboundKeyword.Start, "SM2", Noon).OptOut.ShouldBeNull();
    }

    [Fact]
    public void WithKeyword_of_a_text_that_comes_again_changes_nothing()
    {
        var restarted = User.WithKeyword(InboundKeyword.Stop, "SM1", Noon).WithKeyword(InboundKeyword.Start, "SM2", Noon);
        restarted.WithKeyword(InboundKeyword.Stop, "SM1", Noon).ShouldBeSameAs(restarted);
    }

    [Fact]
    public void WithKeyword_of_a_text_without_an_id_counts_each_time()
    {
        var restarted = User.WithKeyword(InboundKeyword.Stop, null, Noon).WithKeyword(InboundKeyword.Start, null, Noon);

        restarted.OptOut.ShouldBeNull();
        restarted.WithKeyword(InboundKeyword.Stop, null, Noon).OptOut.ShouldNotBeNull();
        restarted.KeywordSids.ShouldBeNull();
    }

    [Fact]
    public void WithKeyword_of_help_changes_nothing()
    {
        var user = User;

        user.WithKeyword(InboundKeyword.Help, "SM1", Noon).ShouldBeSameAs(user);
    }

    [Fact]
    public void WithKeyword_from_a_number_whose_verification_was_taken_back_opts_out_and_never_in()
    {
        var unverified = User.WithUnverifiedPhone("+12025550147");
        var stopped = unverified.WithKeyword(InboundKeyword.Stop, "SM1", Noon);

        stopped.OptOut.ShouldBe(new OptOut(Noon, OptOutReason.Keyword));
        stopped.WithKeyword(InboundKeyword.Start, "SM2", Noon).ShouldBeSameAs(stopped);
    }

    [Fact]
    public void Remembered_keywords_stay_bounded()
    {
        var user = User;
        for (var text = 0; text < 1000; text++)
            user = user.WithKeyword(InboundKeyword.Start, $"SM{text}", Noon);

        user.KeywordSids!.Count.ShouldBe(20);
        user.WithKeyword(InboundKeyword.Start, "SM999", Noon).ShouldBeSameAs(user);
    }
}
