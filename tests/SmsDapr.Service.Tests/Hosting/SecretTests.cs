using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class SecretTests(RunningService running)
{
    [Fact]
    public async Task TwilioCredentials_leftOpen_comeFromTheSecretStore()
    {
        await using var service = await running.StartServiceAsync(running.GrpcAddress, "--Twilio:AccountSid=", "--Twilio:AuthToken=");

        var twilio = service.Services.GetRequiredService<TwilioOptions>();
        twilio.AccountSid.ShouldBe("AC-from-store");
        twilio.AuthToken.ShouldBe("token-from-store");
        twilio.CanSend.ShouldBeTrue();
    }

    [Fact]
    public void TwilioCredentials_thatAreConfigured_stay() =>
        running.Services.GetRequiredService<TwilioOptions>().AuthToken.ShouldBe("token");

    [Fact]
    public async Task NoSecretStore_letsTheServiceStartAndSayThatItCannotSend()
    {
        await using var service = await running.StartServiceAsync(new Uri("http://127.0.0.1:1"), "--Twilio:AuthToken=");

        service.Services.GetRequiredService<TwilioOptions>().CanSend.ShouldBeFalse();
    }
}
