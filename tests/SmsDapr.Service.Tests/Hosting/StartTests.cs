using Microsoft.Extensions.Options;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class StartTests
{
    public static TheoryData<string, string> BadSettings => new()
    {
        { "Sms:DefaultQuietHours", "22:30" },
        { "Sms:DefaultQuietHours", "21:00-21:00" },
        { "Sms:DefaultTimeZone", "Mars/Olympus" },
        { "Sms:DefaultRegion", "XX" },
        { "Sms:DefaultDailyLimit", "1001" },
        { "Sms:DefaultDailyLimit", "many" },
        { "Sms:DefaultLeadTimeMinutes", "-7" },
        { "Sms:MaxSendAttempts", "-7" },
        { "Sms:MaxLateness", "4 hours" },
        { "Sms:DeliveryTimeout", "P1M" },
        { "Sms:SendingEnabled", "perhaps" },
        { "Twilio:BaseUrl", "api.twilio.com" },
        { "Twilio:PublicBaseUrl", "https://example.org/?a=b" },
        { "Twilio:ValidityPeriod", "PT11H" },
        { "Twilio:ApiKeySecret", "unpaired-secret" },
        { "Auth:ApiKeys:0:KeySha256", "short-hash" },
        { "Auth:ApiKeys:0:Key", "key-without-roles" },
        { "Auth:Jwt:Authority", "https://issuer.example.org" },
        { "DAPR_GRPC_PORT", "70000" },
    };

    [Theory]
    [MemberData(nameof(BadSettings))]
    public void Create_withABadValue_namesItsKeyAndNotTheValue(string key, string value)
    {
        var failure = Should.Throw<OptionsValidationException>(() => ServiceHost.Create([$"--{key}={value}"]));

        var section = key[..(key.LastIndexOf(':') + 1)];
        failure.Failures.ShouldHaveSingleItem().ShouldStartWith(section.Length == 0 ? key : section);
        failure.Message.ShouldNotContain(value);
    }

    [Fact]
    public void Create_withSeveralBadValues_namesAllOfThem()
    {
        var failure = Should.Throw<OptionsValidationException>(() => ServiceHost.Create(["--Sms:MaxSendAttempts=x", "--Twilio:BaseUrl=x"]));

        failure.Failures.Select(line => line[..line.IndexOf(": ", StringComparison.Ordinal)]).ShouldBe(["Twilio:BaseUrl", "Sms:MaxSendAttempts"]);
    }

    [Fact]
    public async Task Run_withABadValue_endsWithExitCode1() =>
        (await ServiceHost.RunAsync(["--Sms:MaxSendAttempts=x"])).ShouldBe(1);

    [Fact]
    public void Create_withAUserKeyForAnImpossibleUser_namesTheKey()
    {
        string[] settings = ["--Auth:ApiKeys:0:Key=k", "--Auth:ApiKeys:0:Roles:0=user", "--Auth:ApiKeys:0:UserId=a||b"];

        Should.Throw<OptionsValidationException>(() => ServiceHost.Create(settings)).Failures.ShouldHaveSingleItem().ShouldStartWith("Auth:ApiKeys:0:UserId: ");
    }

    [Fact]
    public void Create_withTheSameKeyTwice_refuses()
    {
        string[] settings =
        [
            "--Auth:ApiKeys:0:Key=same", "--Auth:ApiKeys:0:Roles:0=admin", "--Auth:ApiKeys:1:Key=same", "--Auth:ApiKeys:1:Roles:0=service",
        ];

        Should.Throw<OptionsValidationException>(() => ServiceHost.Create(settings)).Failures.ShouldHaveSingleItem().ShouldStartWith("Auth:ApiKeys:1: ");
    }
}
