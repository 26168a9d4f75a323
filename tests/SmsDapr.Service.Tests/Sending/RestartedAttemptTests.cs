using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>An attempt that a crash left open, when Twilio has nothing of it.</summary>
public sealed class RestartedAttemptTests : WithGuard
{
    private SendGuard Guard => Service.Services.GetRequiredService<SendGuard>();

    [Fact]
    public async Task Attempt_thatStillFits_isMadeAgain()
    {
        var begun = await BegunAsync();

        (await Guard.AllowsAgainAsync(begun, Cancellation)).ShouldNotBeNull().LeavesBefore.ShouldBe(Now + Duration.FromSeconds(10));
    }

    [Fact]
    public async Task Attempt_toANumberThatTheUserLeft_isNot()
    {
        var begun = await BegunAsync();
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{User}/phone", new { phoneNumber = "+12025550148", verified = true });

        (await Guard.AllowsAgainAsync(begun, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Attempt_onADayOnWhichTheMessageHoldsNoSlot_isNot()
    {
        var begun = await BegunAsync();
        await PatchUserAsync("""{"timeZone":"Pacific/Kiritimati"}""");

        (await Guard.AllowsAgainAsync(begun, Cancellation)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task Attempt_whileTheAccountIsPaused_alsoWhenItsProbeIsDue_isNot(int secondsLater)
    {
        var begun = await BegunAsync();
        await Service.Services.GetRequiredService<SendingPause>().BeginAsync(Cancellation);
        Service.Clock.Advance(TimeSpan.FromSeconds(secondsLater));

        (await Guard.AllowsAgainAsync(begun, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Attempt_thatDoesNotFitAnyMore_waitsLikeAFailedOne_andAReceiptStillFindsIt()
    {
        await using var twilio = await EmptyTwilioAsync();
        await using var beside = await Service.StartServiceAsync(Service.GrpcAddress, $"--Twilio:BaseUrl={twilio.Urls.Single()}");
        await BegunAsync();
        await PatchUserAsync("""{"quietHours":{"start":"12:00","end":"15:00"}}""");
        Service.Clock.Advance(TimeSpan.FromMinutes(1));

        await beside.Services.GetRequiredService<MessageSteps>().LookAsync("m", Cancellation);

        var message = (await Messages.FindAsync("m", Cancellation))!.Value;
        (message.Status, message.StatusReason, message.Attempts).ShouldBe((MessageStatus.Scheduled, StatusReason.Retry, 1));
        var fact = new ReceiptFact(1, "SM1", "delivered", ErrorCode: null, Now, TimelineSource.Twilio);
        (await Messages.ApplyAsync("m", current => current.ApplyReceipt(fact, RetryOptions.Default), Cancellation))
            .ShouldBeOfType<Transition.Changed>().Next.Status.ShouldBe(MessageStatus.Delivered);
    }

    private static async Task<WebApplication> EmptyTwilioAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var twilio = builder.Build();
        twilio.Urls.Add("http://127.0.0.1:0");
        twilio.MapGet("/{**path}", () => Results.Text("""{"messages":[],"next_page_uri":null}""", "application/json"));
        await twilio.StartAsync(Cancellation);
        return twilio;
    }

    private async Task<Message> BegunAsync()
    {
        await CreateAsync("m");
        await Messages.ApplyAsync("m", message => message.Accept(Now), Cancellation);
        return (await PassAsync("m")).ShouldBeOfType<GuardResult.Begun>().Message;
    }
}
