using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
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

    [Fact]
    public async Task Attempt_whileTheAccountIsPaused_isNot()
    {
        var begun = await BegunAsync();
        await Service.Services.GetRequiredService<SendingPause>().BeginAsync(Cancellation);

        (await Guard.AllowsAgainAsync(begun, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Attempt_thatDoesNotFitAnyMore_isAsIfItHadNotBegun()
    {
        await using var twilio = await EmptyTwilioAsync();
        await using var beside = await Service.StartServiceAsync(Service.GrpcAddress, $"--Twilio:BaseUrl={twilio.Urls.Single()}");
        await BegunAsync();
        await PatchUserAsync("""{"quietHours":{"start":"12:00","end":"15:00"}}""");
        Service.Clock.Advance(TimeSpan.FromMinutes(1));

        await beside.Services.GetRequiredService<MessageSteps>().LookAsync("m", Cancellation);

        var message = (await Messages.FindAsync("m", Cancellation))!.Value;
        (message.Status, message.StatusReason, message.Attempts, message.SendAt).ShouldBe(
            (MessageStatus.Scheduled, StatusReason.QuietHours, 0, Instant.FromUtc(2026, 3, 8, 14, 0)));
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
