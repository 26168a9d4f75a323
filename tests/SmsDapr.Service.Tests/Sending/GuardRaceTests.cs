using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>Changes that are stored after the guard has read what it decides on and before it stores the intent to send.</summary>
public sealed class GuardRaceTests : WithGuard
{
    private const string Id = "racing";

    private static readonly LocalDate Today = new(2026, 3, 8);

    private MessageChangesByCaller Changes => Service.Services.GetRequiredService<MessageChangesByCaller>();

    [Fact]
    public async Task Quiet_hours_set_while_a_send_is_decided_hold_it()
    {
        await CreateAsync(Id);

        (await PassDuringAsync(() => PatchUserAsync("""{"quietHours":{"start":"12:00","end":"15:00"}}"""))).ShouldBeOfType<GuardResult.Changed>();
        await PassAsync(Id);

        var message = await MessageAsync();
        (message.Attempts, message.StatusReason, message.SendAt).ShouldBe((0, StatusReason.QuietHours, Instant.FromUtc(2026, 3, 8, 14, 0)));
    }

    [Fact]
    public async Task Quiet_hours_removed_while_a_deferral_is_stored_let_the_message_go()
    {
        await PatchUserAsync("""{"quietHours":{"start":"12:00","end":"15:00"}}""");
        await CreateAsync(Id);

        // The reaction to the change comes too early to release it: the message is not deferred yet.
        (await PassDuringAsync(() => PatchUserAsync("""{"quietHours":null}"""))).ShouldBeOfType<GuardResult.Changed>();

        (await PassAsync(Id)).ShouldBeOfType<GuardResult.Begun>();
    }

    [Fact]
    public async Task Deferral_that_the_quiet_hours_no_longer_call_for_is_released_by_the_guard_itself()
    {
        await CreateAsync(Id);
        var deferred = await Messages.ApplyAsync(
            Id, message => message.Defer(Now + Duration.FromHours(2), StatusReason.QuietHours, TimelineSource.Workflow, Now), Cancellation);
        deferred.ShouldBeOfType<Transition.Changed>();

        (await PassAsync(Id)).ShouldBeOfType<GuardResult.Changed>();
        (await PassAsync(Id)).ShouldBeOfType<GuardResult.Begun>();
    }

    [Fact]
    public async Task Quiet_hours_shortened_while_a_deferral_is_stored_shorten_it()
    {
        await PatchUserAsync("""{"quietHours":{"start":"12:00","end":"15:00"}}""");
        await CreateAsync(Id);

        await PassDuringAsync(() => PatchUserAsync("""{"quietHours":{"start":"12:00","end":"14:00"}}"""));
        await PassAsync(Id);
        await PassAsync(Id);

        var message = await MessageAsync();
        (message.StatusReason, message.SendAt).ShouldBe((StatusReason.QuietHours, Instant.FromUtc(2026, 3, 8, 13, 0)));
        (await PassAsync(Id)).ShouldBe(new GuardResult.Wait(message.SendAt));
    }

    [Fact]
    public async Task Limit_lowered_while_a_send_is_decided_ends_it()
    {
        await CreateAsync("earlier");
        (await PassAsync("earlier")).ShouldBeOfType<GuardResult.Begun>();
        await CreateAsync(Id);

        // The slot is taken already; the day is full all the same.
        await PassDuringAsync(() => PatchUserAsync("""{"dailyLimit":0}"""));
        await PassAsync(Id);

        var message = await MessageAsync();
        (message.Status, message.StatusReason, message.Attempts).ShouldBe((MessageStatus.Cancelled, StatusReason.DailyLimit, 0));
    }

    [Fact]
    public async Task Phone_changed_while_a_send_is_decided_gets_the_text()
    {
        await CreateAsync(Id);

        await PassDuringAsync(() => Service.SendAsync(
            RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{User}/phone", new { phoneNumber = "+12025550148", verified = true }));

        (await PassAsync(Id)).ShouldBeOfType<GuardResult.Begun>().Message.Sms.To.ShouldBe("+12025550148");
    }

    [Fact]
    public async Task Opt_out_while_a_send_is_decided_ends_it()
    {
        await CreateAsync(Id);

        await PassDuringAsync(() => Service.SendAsync(RunningService.AdminKey, HttpMethod.Post, $"/v1/users/{User}/opt-out"));

        var message = await MessageAsync();
        (message.Status, message.StatusReason, message.Attempts).ShouldBe((MessageStatus.Cancelled, StatusReason.OptedOut, 0));
    }

    [Fact]
    public async Task Move_to_another_day_while_a_send_is_decided_gives_the_slot_of_this_day_back()
    {
        await CreateAsync(Id);

        await PassDuringAsync(() => MoveAsync(Duration.FromDays(1)));

        (await MessageAsync()).Attempts.ShouldBe(0);
        (await TodayAsync()).MessageIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Move_within_the_day_while_a_send_is_decided_keeps_its_slot()
    {
        await CreateAsync(Id);

        await PassDuringAsync(() => MoveAsync(Duration.FromHours(1)));

        (await MessageAsync()).Attempts.ShouldBe(0);
        (await TodayAsync()).MessageIds.ShouldBe([Id]);
        (await MessageAsync()).SlotDate.ShouldBe(Today);
    }

    [Fact]
    public async Task Slot_kept_by_a_move_within_the_day_is_given_back_when_the_message_is_cancelled()
    {
        await CreateAsync(Id);
        await PassDuringAsync(() => MoveAsync(Duration.FromHours(1)));

        await Changes.CancelAsync(Id, StatusReason.UserCancelled, TimelineSource.Api, Cancellation);
        await Service.Services.GetRequiredService<MessageSteps>().LookAsync(Id, Cancellation);

        (await TodayAsync()).MessageIds.ShouldBeEmpty();
        (await MessageAsync()).OwesSlot.ShouldBeFalse();
    }

    [Fact]
    public async Task Quiet_hours_until_tomorrow_set_while_a_send_is_decided_give_the_slot_of_today_back()
    {
        await CreateAsync(Id);

        await PassDuringAsync(() => PatchUserAsync("""{"quietHours":{"start":"12:00","end":"06:00"}}"""));
        await PassAsync(Id);
        (await PassAsync(Id)).ShouldBeOfType<GuardResult.Wait>();

        (await TodayAsync()).MessageIds.ShouldBeEmpty();
        (await MessageAsync()).SlotDate.ShouldBeNull();
    }

    [Fact]
    public async Task Failed_message_moved_to_another_day_gives_the_slot_of_this_day_back()
    {
        await CreateAsync(Id);
        await PassAsync(Id);
        await Messages.ApplyAsync(Id, message => message.AttemptRefused(1, new ProviderError(20429, 429, "Too many requests"), Now, RetryOptions.Default), Cancellation);
        (await TodayAsync()).MessageIds.ShouldBe([Id]);

        await MoveAsync(Duration.FromDays(7));
        (await PassAsync(Id)).ShouldBeOfType<GuardResult.Wait>();

        (await TodayAsync()).MessageIds.ShouldBeEmpty();
        (await MessageAsync()).SlotDate.ShouldBeNull();
    }

    /// <summary>Makes a change right before the guard's first write: that of the day slot, or of the list that a deferred message goes to.</summary>
    private async Task<GuardResult> PassDuringAsync(Func<Task> change)
    {
        var changed = 0;
        Service.OnSidecarCall = async (context, next) =>
        {
            if (context.Request.Path.Value!.EndsWith("SaveState", StringComparison.Ordinal) && Interlocked.Exchange(ref changed, 1) == 0)
                await change();
            await next();
        };
        var result = await PassAsync(Id);
        changed.ShouldBe(1);
        return result;
    }

    private Task<Transition?> MoveAsync(Duration by) =>
        Changes.PatchAsync(User, Id, Now + by, body: null, Cancellation);

    private async Task<Message> MessageAsync() => (await Messages.FindAsync(Id, Cancellation))!.Value;

    private async Task<DaySlots> TodayAsync() =>
        (await Service.Services.GetRequiredService<IUserDirectory>().FindDaysAsync(User, [new LocalDay(Today, "Europe/Berlin")], Cancellation)).Day;
}
