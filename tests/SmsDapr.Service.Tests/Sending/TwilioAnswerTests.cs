using System.Net;
using System.Text;
using NodaTime;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>What is read from the answers to a create call.</summary>
public sealed class TwilioAnswerTests
{
    private const string Page = "<html><body>503 Service Temporarily Unavailable</body></html>";

    [Theory]
    [InlineData(503, "application/json", """{"code":20503,"message":"Service unavailable","status":503}""", 20503, "Service unavailable")]
    [InlineData(500, "application/json", """{"code":20500,"message":null}""", 20500, null)]
    [InlineData(408, "application/json", """{"code":20408,"message":"Timed out"}""", 20408, "Timed out")]
    [InlineData(503, "text/html", Page, null, null)]
    [InlineData(503, "text/html; charset=no-such-charset", Page, null, null)]
    [InlineData(503, "application/json", Page, null, null)]
    [InlineData(504, "application/json", "\"upstream timed out\"", null, null)]
    [InlineData(504, "application/json", "null", null, null)]
    [InlineData(502, "text/plain", "", null, null)]
    public async Task Answer_thatSettlesNothing_lostItsCodeAndText(int status, string type, string body, int? code, string? text) =>
        (await CreateAsync(status, type, body)).ShouldBe(new CreateOutcome.Unknown(status, code, text));

    [Theory]
    [InlineData(400, """{"code":21211,"message":"Invalid"}""", 21211, "Invalid")]
    [InlineData(401, Page, 20003, null)]
    public async Task Answer_thatRefuses_keepsItsCodeAndText(int status, string body, int? code, string? text) =>
        (await CreateAsync(status, "application/json", body)).ShouldBe(new CreateOutcome.Refused(code, status, text));

    private static async Task<CreateOutcome> CreateAsync(int status, string type, string body)
    {
        using var answering = new Answering(status, type, body);
        using var http = new HttpClient(answering);
        var options = new TwilioOptions
        {
            BaseUrl = new Uri("https://twilio.test"),
            VerifyBaseUrl = new Uri("https://verify.test"),
            AccountSid = "AC0",
            AuthToken = "token",
            From = "+12025550100",
            ValidityPeriod = Duration.FromHours(4),
            SmartEncoding = false,
            Copies = ProviderCopy.Keep,
        };
        return await new TwilioClient(http, options).CreateAsync(new CreateMessage("+12025550147", "Hello", false, null), TestContext.Current.CancellationToken);
    }

    private sealed class Answering(int status, string type, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = content });
        }
    }
}
