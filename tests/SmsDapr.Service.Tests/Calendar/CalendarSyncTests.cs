using System.Net;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Calendar;

[Collection(CalendarHost.Alone)]
public sealed class CalendarSyncTests(RunningService running) : IAsyncLifetime
{
    private CalendarHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await CalendarHost.StartAsync(running);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Connecting_givesTheEventsOfTheDayTheirRemindersAndLeavesTheOthersAlone()
    {
        var user = await _host.NewUserAsync();
        _host.Source.Put(CalendarHost.Event(user, "today", 120));
        _host.Source.Put(CalendarHost.Event(user, "tomorrow", 120 + (24 * 60)));

        var (status, body) = await _host.ConnectAsync(user);

        status.ShouldBe(HttpStatusCode.OK);
        body["calendar"]!["connected"]!.GetValue<bool>().ShouldBeTrue();
        body["calendar"]!["healthy"]!.GetValue<bool>().ShouldBeTrue();
        var message = await _host.OnlyMessageAsync(user);
        message.Event!.Id.ShouldBe("today");
        message.SendAt.ShouldBe(CalendarHost.Morning + Duration.FromMinutes(105));
        message.Type.ShouldBe(MessageType.EventReminder);
    }

    [Fact]
    public async Task Event_thatMoves_takesItsMessageAlongAndGetsNoSecondOne()
    {
        var user = await ConnectedAsync();
        await PutAsync(user, "e", 120);
        await PutAsync(user, "e", 180);

        (await _host.OnlyMessageAsync(user)).SendAt.ShouldBe(CalendarHost.Morning + Duration.FromMinutes(165));
    }

    [Fact]
    public async Task Event_thatIsRenamed_rewordsItsMessage()
    {
        var user = await ConnectedAsync();
        await PutAsync(user, "e", 120, "Alpha");
        await PutAsync(user, "e", 120, "Omega");

        (await _host.OnlyMessageAsync(user)).Body.ShouldContain("Omega");
    }

    [Fact]
    public async Task Event_thatIsDeletedAndRestored_cancelsItsMessageAndGetsAnother()
    {
        var user = await ConnectedAsync();
        await PutAsync(user, "e", 120);
        _host.Source.Delete(CalendarHost.Event(user, "e", 120));
        await _host.PushAsync(user);

        (await _host.OnlyMessageAsync(user)).StatusReason.ShouldBe(StatusReason.EventDeleted);
        await PutAsync(user, "e", 120);
        var messages = await _host.MessagesAsync(user);
        messages.Count(message => message.Status == MessageStatus.Scheduled).ShouldBe(1);
        messages.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Event_thatBecomesAllDayOrPast_cancelsItsMessageWithTheReason()
    {
        var user = await ConnectedAsync();
        await PutAsync(user, "all-day", 120);
        await PutAsync(user, "past", 120);
        _host.Source.Put(CalendarHost.Event(user, "all-day", 0) with { Start = null, End = null, StartDate = new LocalDate(2030, 1, 7), EndDate = new LocalDate(2030, 1, 8) });
        await PutAsync(user, "past", -60);

        var messages = (await _host.MessagesAsync(user)).ToDictionary(message => message.Event!.Id, message => message.StatusReason);
        messages["all-day"].ShouldBe(StatusReason.EventAllDay);
        messages["past"].ShouldBe(StatusReason.EventRescheduledToPast);
    }

    [Fact]
    public async Task ExpiredSyncToken_leadsToOneFullRoundThatFindsWhatWasDeletedMeanwhile()
    {
        var user = await ConnectedAsync();
        await PutAsync(user, "kept", 120);
        await PutAsync(user, "deleted", 130);
        _host.Source.Delete(CalendarHost.Event(user, "deleted", 130));
        _host.Source.OldestToken = long.MaxValue;
        var before = _host.Source.Lists;
        await _host.PushAsync(user);
        _host.Source.OldestToken = 0;

        var messages = (await _host.MessagesAsync(user)).ToDictionary(message => message.Event!.Id, message => message.StatusReason);
        messages["deleted"].ShouldBe(StatusReason.EventDeleted);
        messages["kept"].ShouldBeNull();
        (_host.Source.Lists - before).ShouldBe(2);
    }

    [Fact]
    public async Task Sync_thatBreaksOffBetweenPages_takesUpEverythingTheNextTime()
    {
        var user = await ConnectedAsync();
        _host.Source.PageSize = 2;
        for (var number = 0; number < 6; number++)
            _host.Source.Put(CalendarHost.Event(user, $"e{number}", 120 + number));
        var failed = 0;
        _host.Source.OnList = cursor => cursor.PageToken is not null && failed++ == 0 ? throw new CalendarUnavailableException("gone") : Task.CompletedTask;
        await _host.PushAsync(user);
        (await _host.MessagesAsync(user)).Count.ShouldBe(2);

        _host.Clock.Advance(TimeSpan.FromSeconds(16));
        await _host.FollowedAsync(user);

        (await _host.MessagesAsync(user)).Count.ShouldBe(6);
    }

    [Fact]
    public async Task OneEventIdInTwoCalendars_neverMixes()
    {
        var (anna, ben) = (await ConnectedAsync(), await ConnectedAsync());
        await PutAsync(anna, "same", 120, "Annas");
        await PutAsync(ben, "same", 150, "Bens");
        _host.Source.Delete(CalendarHost.Event(anna, "same", 120));
        await _host.PushAsync(anna);

        (await _host.OnlyMessageAsync(anna)).Status.ShouldBe(MessageStatus.Cancelled);
        var bens = await _host.OnlyMessageAsync(ben);
        bens.Status.ShouldBe(MessageStatus.Scheduled);
        bens.Event!.Title.ShouldBe("Bens");
    }

    [Theory]
    [InlineData("not_found")]
    [InlineData("forbidden")]
    public async Task RefusalThatWasASlip_isOverAfterAQuarterOfAnHour(string problem)
    {
        var user = await ConnectedAsync();
        _host.Source.Failure = () => new CalendarRefusedException(problem);
        await PutAsync(user, "e", 120);
        var (_, refused) = await _host.SendAsync(HttpMethod.Get, $"/v1/users/{user}/preferences");
        _host.Source.Failure = () => null;
        _host.Clock.Advance(TimeSpan.FromMinutes(15));
        await _host.FollowedAsync(user);

        refused["calendar"]!["problem"]!.GetValue<string>().ShouldBe(problem);
        (await _host.OnlyMessageAsync(user)).Event!.Id.ShouldBe("e");
        var (_, well) = await _host.SendAsync(HttpMethod.Get, $"/v1/users/{user}/preferences");
        well["calendar"]!["healthy"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task WithdrawnConsent_isShownCancelsNothingAndIsNotAskedAboutAgain()
    {
        var user = await ConnectedAsync();
        await PutAsync(user, "e", 120);
        _host.Source.Failure = () => new CalendarRefusedException("invalid_grant");
        await _host.PushAsync(user);
        var before = _host.Source.Lists;
        await _host.PushAsync(user);
        _host.Clock.Advance(TimeSpan.FromMinutes(16));
        await _host.FollowedAsync(user);

        _host.Source.Lists.ShouldBe(before);
        var (_, body) = await _host.SendAsync(HttpMethod.Get, $"/v1/users/{user}/preferences");
        body["calendar"]!["healthy"]!.GetValue<bool>().ShouldBeFalse();
        body["calendar"]!["problem"]!.GetValue<string>().ShouldBe("invalid_grant");
        (await _host.OnlyMessageAsync(user)).Status.ShouldBe(MessageStatus.Scheduled);

        _host.Source.Failure = () => null;
        (await _host.ConnectAsync(user, refreshToken: "new")).Body["calendar"]!["healthy"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task TwoReplicas_thatFollowOneCalendarAtOnce_giveEachEventOneMessage()
    {
        await using var other = await CalendarHost.StartAsync(running, _host.Source, _host.Clock);
        var user = await ConnectedAsync();
        _host.Source.PageSize = 3;
        for (var number = 0; number < 10; number++)
            _host.Source.Put(CalendarHost.Event(user, $"e{number}", 120 + number));

        await Task.WhenAll(_host.PushAsync(user), other.PushAsync(user), _host.PushAsync(user), other.PushAsync(user));
        _host.Clock.Advance(TimeSpan.FromSeconds(11));
        await Task.WhenAll(_host.FollowedAsync(user), other.FollowedAsync(user));

        (await _host.MessagesAsync(user)).Select(message => message.Event!.Id).Order().ShouldBe(Enumerable.Range(0, 10).Select(number => $"e{number}"));
    }

    [Fact]
    public async Task Push_thatIsNotTheSources_isRefusedWithoutACallAndASyncMessageIsTakenWithoutOne()
    {
        var user = await ConnectedAsync();
        var before = _host.Source.Lists;

        (await _host.PushAsync(user, token: "wrong")).ShouldBe(HttpStatusCode.Forbidden);
        (await _host.PushAsync(user, resourceId: "wrong")).ShouldBe(HttpStatusCode.Forbidden);
        (await _host.PushAsync(user, channelId: Guid.NewGuid().ToString())).ShouldBe(HttpStatusCode.Forbidden);
        (await _host.PushAsync(user, state: "sync")).ShouldBe(HttpStatusCode.OK);

        _host.Source.Lists.ShouldBe(before);
    }

    [Fact]
    public async Task UserWithoutATokenOfHisOwn_cannotReadACalendarThroughTheServiceAccount()
    {
        var (status, body) = await running.SendAsync(
            RunningService.KeyOf("anna"), HttpMethod.Put, "/v1/users/anna/calendar", new { calendarId = "boss@example.org" });

        status.ShouldBe(HttpStatusCode.BadRequest);
        body["errors"]!["refreshToken"].ShouldNotBeNull();
    }

    private async Task<string> ConnectedAsync()
    {
        var user = await _host.NewUserAsync();
        await _host.ConnectAsync(user);
        return user;
    }

    private async Task PutAsync(string user, string id, int minutes, string title = "Stand-up")
    {
        _host.Source.Put(CalendarHost.Event(user, id, minutes, title));
        (await _host.PushAsync(user)).ShouldBe(HttpStatusCode.OK);
    }
}
