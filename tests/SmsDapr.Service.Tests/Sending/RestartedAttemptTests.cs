using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>An attempt that a crash left open, when Twilio has nothing of it.</summary>
public sealed class RestartedAttemptTests : WithGuard
{
    private SendGuard Guard => Service.Services.GetRequiredService<SendGuard>();

    [Fact]
    public async Task Attempt_thatStillFits_isMadeAgain() => (await Guard.AllowsAgainAsync(await BegunAsync(), Cancellation)).ShouldBeTrue();

    [Fact]
    public async Task Attempt_toANumberThatTheUserLeft_isNot()
    {
        var begun = await BegunAsync();
        await Service.SendAsync(Hosting.RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{User}/phone", new { phoneNumber = "+12025550148", verified = true });

        (await Guard.AllowsAgainAsync(begun, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task Attempt_onADayOnWhichTheMessageHoldsNoSlot_isNot()
    {
        var begun = await BegunAsync();
        await PatchUserAsync("""{"timeZone":"Pacific/Kiritimati"}""");

        (await Guard.AllowsAgainAsync(begun, Cancellation)).ShouldBeFalse();
    }

    private async Task<Message> BegunAsync()
    {
        await CreateAsync("m");
        return (await PassAsync("m")).ShouldBeOfType<GuardResult.Begun>().Message;
    }
}
