using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Planning;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Calendar;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Planning;

/// <summary>What is foreseen of a message whose event changed unnoticed, beside what the guard then makes of it.</summary>
[Collection(CalendarHost.Alone)]
public sealed class GuardedEventTests(RunningService running) : IAsyncLifetime
{
    private CalendarHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private GuardedEvent Events => _host.Services.GetRequiredService<GuardedEvent>();

    private MessageRepository Messages => _host.Services.GetRequiredService<MessageRepository>();

    public async ValueTask InitializeAsync() => _host = await CalendarHost.StartAsync(running);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Peek_shiftedACallersMessageByTheMoveOfItsEvent()
    {
        var user = await ConnectedAsync();
        var (id, sendAt) = await CustomAsync(user, minutes: 90);
        _host.Source.Put(CalendarHost.Event(user, "e", 180));

        var (foreseen, followed) = await BothAsync(id);

        foreseen.SendAt.ShouldBe(sendAt);
        ShouldAgree(foreseen, followed);
        followed.Body.ShouldBe("Bring the plans");
    }

    [Fact]
    public async Task Peek_ofACallersMessageInQuietHours_isWhatFollowingYields()
    {
        var user = await ConnectedAsync();
        var (id, _) = await CustomAsync(user, minutes: 90);
        await DeferAsync(id, until: 110);
        _host.Source.Put(CalendarHost.Event(user, "e", 180));

        var (foreseen, followed) = await BothAsync(id);

        foreseen.SendAt.ShouldBe(CalendarHost.Morning + Duration.FromMinutes(110), "the caller's time stays, and so does its deferral");
        ShouldAgree(foreseen, followed);
    }

    [Theory]
    [InlineData(180, 165)]
    [InlineData(100, 85)]
    [InlineData(10, 0)]
    public async Task Peek_ofAReminderWhoseEventMoved_isWhatFollowingYields(int start, int sendAt)
    {
        var (user, id) = await ReminderAsync();
        _host.Source.Put(CalendarHost.Event(user, "e", start));

        await ShouldForeseeAsync(id, sendAt);
    }

    [Fact]
    public async Task Peek_afterAChangedLeadTime_keptTheOldLead()
    {
        var (user, id) = await ReminderAsync();
        await _host.SendAsync(HttpMethod.Patch, $"/v1/users/{user}/preferences", new { leadTimeMinutes = 40 });
        _host.Source.Put(CalendarHost.Event(user, "e", 180));

        await ShouldForeseeAsync(id, 140);
    }

    [Fact]
    public async Task Peek_ofADeferredReminder_countedFromTheEndOfQuietHours()
    {
        var (user, id) = await ReminderAsync();
        await DeferAsync(id, until: 115);
        _host.Source.Put(CalendarHost.Event(user, "e", 180));

        await ShouldForeseeAsync(id, 165);
    }

    [Fact]
    public async Task Peek_ofAReminderMovedByHand_keptTheHandsDistance()
    {
        var (user, id) = await ReminderAsync();
        await MoveByHandAsync(id);
        _host.Source.Put(CalendarHost.Event(user, "e", 180));

        await ShouldForeseeAsync(id, 165);
    }

    [Fact]
    public async Task Peek_ofADeferredReminderWhoseEventOnlyEndsLater_keepsItsDeferral()
    {
        var (user, id) = await ReminderAsync();
        await DeferAsync(id, until: 115);
        var its = CalendarHost.Event(user, "e", 120);
        _host.Source.Put(its with { End = its.End + Duration.FromMinutes(30) });

        await ShouldForeseeAsync(id, 115);
    }

    [Fact]
    public async Task Peek_ofAReminderMovedByHandWhoseEventOnlyEndsLater_keepsTheHandsTime()
    {
        var (user, id) = await ReminderAsync();
        await MoveByHandAsync(id);
        var its = CalendarHost.Event(user, "e", 120);
        _host.Source.Put(its with { End = its.End + Duration.FromMinutes(30) });

        await ShouldForeseeAsync(id, 30);
    }

    [Fact]
    public async Task Explanation_markedACalendarUnhealthyThatRefusedToAnswer()
    {
        var (user, id) = await ReminderAsync();
        _host.Source.Failure = () => new CalendarRefusedException("forbidden");

        var (_, explained) = await _host.SendAsync(HttpMethod.Get, $"/v1/messages/{id}/explanation");

        explained["outcome"]!.GetValue<string>().ShouldBe("will_send");
        (await IsHealthyAsync(user)).ShouldBeTrue();
        var waiting = (await Messages.FindAsync(id, Cancellation))!;
        await Events.FollowAsync(waiting, await KnownAsync(waiting.Value), await UserAsync(id), Cancellation);
        (await IsHealthyAsync(user)).ShouldBeFalse();
    }

    [Fact]
    public async Task Guard_ofAReminderThatIsDue_costsThreeReadsOfTheStore()
    {
        // The store is not this test's alone: what others read meanwhile can only add to one of them.
        var fewest = int.MaxValue;
        for (var reminder = 0; reminder < 5; reminder++)
            fewest = Math.Min(fewest, await ReadsOfGuardAsync());

        fewest.ShouldBe(3);
    }

    private async Task<int> ReadsOfGuardAsync()
    {
        var (_, id) = await ReminderAsync();
        await Messages.ApplyAsync(id, message => message.Accept(_host.Now), Cancellation);
        var guard = _host.Services.GetRequiredService<SendGuard>();
        await Messages.ApplyAsync(id, message => message.Move(_host.Now, null, TimelineSource.Api, _host.Now), Cancellation);
        // Replicas share the account's pause; it is looked at every ten seconds, however many messages fall due.
        await _host.Services.GetRequiredService<SendingPause>().PausedUntilAsync(Cancellation);
        var reads = 0;
        running.OnSidecarCall = (context, next) =>
        {
            if (context.Request.Path.Value!.Split('/')[^1] is "GetState" or "GetBulkState" or "QueryStateAlpha1")
                Interlocked.Increment(ref reads);
            return next();
        };

        try
        {
            (await guard.PassAsync((await Messages.FindAsync(id, Cancellation))!, Cancellation)).ShouldBeOfType<GuardResult.Begun>();
        }
        finally
        {
            running.OnSidecarCall = (_, next) => next();
        }

        return reads;
    }

    /// <param name="id">The message.</param>
    /// <param name="minutes">When it goes out, in minutes after 8 o'clock.</param>
    private async Task ShouldForeseeAsync(string id, int minutes)
    {
        var (foreseen, followed) = await BothAsync(id);

        foreseen.SendAt.ShouldBe(CalendarHost.Morning + Duration.FromMinutes(minutes));
        ShouldAgree(foreseen, followed);
    }

    private static void ShouldAgree(Message foreseen, Message followed) =>
        (foreseen.Status, foreseen.SendAt, foreseen.DueAt, foreseen.DeferredFrom, foreseen.StatusReason, foreseen.Event).ShouldBe(
            (followed.Status, followed.SendAt, followed.DueAt, followed.DeferredFrom, followed.StatusReason, followed.Event));

    private async Task<(Message Foreseen, Message Followed)> BothAsync(string id)
    {
        // The workflow takes it on while the test goes on; whichever of the two does so, nothing is written after it.
        await Messages.ApplyAsync(id, message => message.Accept(_host.Now), Cancellation);
        var before = (await Messages.FindAsync(id, Cancellation))!;
        var user = await UserAsync(id);
        var known = await KnownAsync(before.Value);
        var (_, foreseen) = await Events.PeekAsync(before.Value, known, user, Cancellation);
        (await Messages.FindAsync(id, Cancellation))!.ETag.ShouldBe(before.ETag, "a look changes nothing");

        (await Events.FollowAsync(before, known, user, Cancellation)).ShouldBeNull();
        return (foreseen, (await Messages.FindAsync(id, Cancellation))!.Value);
    }

    private Task<KnownEvent> KnownAsync(Message message) => _host.Services.GetRequiredService<EventLookup>().LastKnownAsync(message, Cancellation);

    private async Task<string> ConnectedAsync()
    {
        var user = await _host.NewUserAsync();
        _host.Source.Put(CalendarHost.Event(user, "e", 120));
        await _host.ConnectAsync(user);
        return user;
    }

    private async Task<(string User, string Id)> ReminderAsync()
    {
        var user = await ConnectedAsync();
        return (user, (await _host.OnlyMessageAsync(user)).Id);
    }

    private async Task<(string Id, Instant SendAt)> CustomAsync(string user, int minutes)
    {
        var sendAt = CalendarHost.Morning + Duration.FromMinutes(minutes);
        var (_, message) = await _host.SendAsync(
            HttpMethod.Post, "/v1/messages", new { userId = user, body = "Bring the plans", sendAt = sendAt.ToDateTimeUtc(), calendarEventId = "e" });
        return (message["id"]!.GetValue<string>(), sendAt);
    }

    private async Task DeferAsync(string id, int until)
    {
        var end = CalendarHost.Morning + Duration.FromMinutes(until);
        var userId = (await Messages.FindAsync(id, Cancellation))!.Value.UserId;
        // The quiet hours have to call for it, or the guard releases it.
        await _host.SendAsync(HttpMethod.Patch, $"/v1/users/{userId}/preferences", new { quietHours = new { start = "09:20", end = end.InUtc().TimeOfDay.ToString("HH:mm", CultureInfo.InvariantCulture) } });
        // The change is planned for in the background.
        await _host.FollowedAsync(userId);
        (await Messages.ApplyAsync(id, message => message.Defer(end, StatusReason.QuietHours, TimelineSource.Workflow, _host.Now), Cancellation))
            .ShouldBeOfType<Transition.Changed>();
    }

    private async Task MoveByHandAsync(string id)
    {
        var sendAt = CalendarHost.Morning + Duration.FromMinutes(30);
        (await _host.SendAsync(HttpMethod.Patch, $"/v1/messages/{id}", new { sendAt = sendAt.ToDateTimeUtc() })).Status.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<UserPreferences> UserAsync(string id) =>
        await _host.Services.GetRequiredService<IUserDirectory>().FindAsync((await Messages.FindAsync(id, Cancellation))!.Value.UserId, Cancellation);

    private async Task<bool> IsHealthyAsync(string user) =>
        (await _host.SendAsync(HttpMethod.Get, $"/v1/users/{user}/preferences")).Body["calendar"]!["healthy"]!.GetValue<bool>();
}
