using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Tests.Calendar;

public sealed class ConnectionLifeTests
{
    private static readonly Instant Now = Instant.FromUtc(2030, 1, 7, 8, 0);

    private static readonly CalendarConnection Connected = ConnectionLife.Connect(null, "anna", "anna@example.org", "token");

    [Fact]
    public void NewConnection_wantsEverything()
    {
        Connected.WantsSync(Now).ShouldBeTrue();
        Connected.WantsChannel(Now).ShouldBeTrue();
        Connected.WantsPlan(Now).ShouldBeTrue();
    }

    [Fact]
    public void SyncedConnection_wantsASyncAfterAPushAPollIntervalOrHalfTheHorizon()
    {
        var synced = Synced();

        synced.WantsSync(Now).ShouldBeFalse();
        (synced with { Requested = synced.Requested + 1 }).WantsSync(Now).ShouldBeTrue();
        synced.WantsSync(Now + ConnectionLife.PollInterval).ShouldBeTrue();
        synced.NeedsFullRound(Now + Duration.FromDays(6)).ShouldBeFalse();
        synced.NeedsFullRound(Now + Duration.FromDays(8)).ShouldBeTrue();
    }

    [Fact]
    public void RequestDuringASync_isStillOwedAfterIt()
    {
        var during = Connected with { Requested = Connected.Requested + 1 };

        during.Synced(Connected.Requested, "t", Now + Duration.FromDays(14), Now).WantsSync(Now).ShouldBeTrue();
    }

    [Fact]
    public void UnavailableCalendar_isTriedAgainAfterAGrowingPauseAndNotBeforeTheSourceAsksFor()
    {
        var once = Synced().Unavailable(null, Now);
        var twice = once.Unavailable(null, Now);
        var asked = once.Unavailable(TimeSpan.FromHours(1), Now);

        once.PollAt.ShouldBe(Now + Duration.FromSeconds(15));
        twice.PollAt.ShouldBe(Now + Duration.FromSeconds(30));
        asked.PollAt.ShouldBe(Now + Duration.FromHours(1));
        (asked with { Requested = 100 }).WantsSync(Now).ShouldBeFalse();
        twice.IsHealthy.ShouldBeTrue();
        twice.Unavailable(null, Now).ShownProblem.ShouldBe("unavailable");
    }

    [Fact]
    public void RefusedCalendar_isAskedAgainSoonAndThenEverMoreRarelyDownToEverySixHours()
    {
        var pauses = new List<double>();
        var refused = Synced();
        for (var time = 0; time < 7; time++)
        {
            refused = refused.Refused("not_found", Now);
            refused.WantsSync(refused.PollAt!.Value - Duration.FromSeconds(1)).ShouldBeFalse();
            refused.WantsSync(refused.PollAt!.Value).ShouldBeTrue();
            pauses.Add((refused.PollAt.Value - Now).TotalHours);
        }

        pauses.ShouldBe([0.25, 0.5, 1, 2, 4, 6, 6]);
        refused.ShownProblem.ShouldBe("not_found");
        var well = refused.Synced(refused.Requested, "t", Now + Duration.FromDays(14), Now);
        well.IsHealthy.ShouldBeTrue();
        well.Refused("not_found", Now).PollAt.ShouldBe(Now + ConnectionLife.PollInterval);
    }

    [Fact]
    public void OutageBeforeARefusal_doesNotMakeItsFirstPauseLonger() =>
        Synced().Unavailable(null, Now).Unavailable(null, Now).Refused("forbidden", Now).PollAt.ShouldBe(Now + ConnectionLife.PollInterval);

    [Fact]
    public void CalendarWithoutConsent_isNotAskedAgainUntilItIsConnectedAnew()
    {
        var withdrawn = Synced().Refused("invalid_grant", Now);

        withdrawn.WantsSync(Now + Duration.FromDays(30)).ShouldBeFalse();
        withdrawn.WantsChannel(Now).ShouldBeFalse();
        ConnectionLife.Connect(withdrawn, "anna", "anna@example.org", "new").WantsSync(Now).ShouldBeTrue();
    }

    [Fact]
    public void Channel_isRenewedInTheLastQuarterOfItsLife()
    {
        var week = Watched(Duration.FromDays(7));
        week.WantsChannel(Now + Duration.FromDays(5)).ShouldBeFalse();
        week.WantsChannel(Now + Duration.FromDays(5.5)).ShouldBeTrue();

        Watched(Duration.FromHours(4)).WantsChannel(Now + Duration.FromMinutes(50)).ShouldBeFalse();
        Watched(Duration.FromHours(4)).WantsChannel(Now + Duration.FromMinutes(70)).ShouldBeTrue();
    }

    [Fact]
    public void Successor_retiresTheChannelBeforeIt()
    {
        var successor = new WatchChannel("two", "r", "s", Now + Duration.FromDays(7));

        var renewed = Watched(Duration.FromDays(7)).Watched(successor, Now);

        renewed.Channel.ShouldBe(successor);
        renewed.Retired.ShouldHaveSingleItem().Id.ShouldBe("one");
        renewed.SyncToken.ShouldBe("t");
    }

    [Fact]
    public void ConnectionAgain_keepsItsNumbersSoThatLateWritesOfTheOldOneAreKnown()
    {
        var before = Synced() with { Round = 7, Requested = 9 };

        var after = ConnectionLife.Connect(before.Emptied(), "anna", "anna@example.org", null);

        after.Round.ShouldBe(7);
        after.Requested.ShouldBe(10);
        after.SyncToken.ShouldBeNull();
        before.Emptied().RefreshToken.ShouldBeNull();
    }

    [Fact]
    public void OlderRound_neverOverwritesWhatALaterOneSaw()
    {
        var entry = new CalendarEntry { Id = "e", CalendarId = "c", Start = Now, End = Now };
        var stored = StoredEvent.Seen(null, "anna", entry, round: 5)!;

        stored.Seen(null, round: 4).ShouldBeNull();
        stored.Seen(entry with { Title = "x" }, round: 4).ShouldBeNull();
        stored.Seen(entry, round: 6).ShouldBeSameAs(stored);
        stored.Seen(null, round: 6)!.Track.Entry.ShouldBeNull();
    }

    [Fact]
    public void Secrets_areInNoText()
    {
        var watched = Watched(Duration.FromDays(1));

        foreach (var text in new[] { watched.ToString(), watched.Channel!.ToString(), watched.Address.ToString() })
        {
            text.ShouldNotContain("token");
            text.ShouldNotContain("secret");
            text.ShouldNotContain("example.org");
        }
    }

    private static CalendarConnection Synced() => Connected.Synced(Connected.Requested, "t", Now + Duration.FromDays(14), Now);

    private static CalendarConnection Watched(Duration life) => Synced().Watched(new WatchChannel("one", "r", "secret", Now + life), Now);
}
