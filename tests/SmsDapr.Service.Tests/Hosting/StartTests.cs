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
        { "GoogleCalendar:BaseUrl", "www.googleapis.com" },
        { "GoogleCalendar:TokenUrl", "ftp://oauth2.googleapis.com/token" },
        { "GoogleCalendar:PublicBaseUrl", "https://example.org/#calendar" },
        { "GoogleCalendar:ClientId", "unpaired-client" },
        { "GoogleCalendar:ClientSecret", "unpaired-secret" },
        { "GoogleCalendar:ServiceAccountKeyFile", "no/such/key.json" },
        { "CalendarFeeds:AllowPrivateAddresses", "sometimes" },
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

    [Theory]
    [InlineData("secret-nonsense")]
    [InlineData("[]")]
    [InlineData("""{ "type": "authorized_user", "refresh_token": "secret-nonsense" }""")]
    [InlineData("""{ "type": "service_account", "client_email": "robot@example.org" }""")]
    [InlineData("""{ "type": "service_account", "client_email": "robot@example.org", "private_key": "secret-nonsense" }""")]
    [InlineData("""{ "type": "service_account", "client_email": "robot@example.org", "private_key": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----" }""")]
    public async Task Create_withAKeyFileThatIsNone_namesItsKeyAndQuotesNothing(string content)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);

            var failure = Should.Throw<OptionsValidationException>(() => ServiceHost.Create([$"--GoogleCalendar:ServiceAccountKeyFile={file}"]));

            failure.Failures.ShouldHaveSingleItem().ShouldStartWith("GoogleCalendar:ServiceAccountKeyFile: ");
            failure.ToString().ShouldNotContain("secret");
            failure.ToString().ShouldNotContain(file);
        }
        finally
        {
            File.Delete(file);
        }
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
