using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Users;

/// <summary>The provider of codes is down, refuses the service, or loses its answers.</summary>
public sealed class VerifyOutageTests : WithOwnService
{
    private const int StartsPerHour = 5;

    private WebApplication? _verify;
    private WebApplication? _service;
    private HttpClient? _http;

    private Func<HttpContext, IResult> Answer { get; set; } = _ => Results.Json(new { sid = "VE1", status = "pending" }, statusCode: StatusCodes.Status201Created);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _verify = builder.Build();
        _verify.Urls.Add("http://127.0.0.1:0");
        _verify.MapPost("/{**path}", (HttpContext context) => Answer(context));
        await _verify.StartAsync(Cancellation);
        _service = await Service.StartServiceAsync(
            Service.GrpcAddress, $"--Twilio:VerifyBaseUrl={_verify.Urls.Single()}", "--Twilio:VerifyServiceSid=VA0");
        _http = new HttpClient { BaseAddress = new Uri(_service.Urls.Single()) };
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        _http?.Dispose();
        if (_service is not null)
            await _service.DisposeAsync();
        if (_verify is not null)
            await _verify.DisposeAsync();
        await base.DisposeAsyncCore();
    }

    [Theory]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(429)]
    public async Task Start_thatCertainlySentNothing_costsNone(int status)
    {
        var working = Answer;
        Answer = _ => Results.StatusCode(status);
        for (var start = 0; start < 2 * StartsPerHour; start++)
            ((int)await StartAsync()).ShouldBe(status == 429 ? 429 : 503);

        Answer = working;
        (await StartAsync()).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Start_whoseAnswerIsLost_counts()
    {
        Answer = _ => Results.StatusCode(StatusCodes.Status500InternalServerError);
        for (var start = 0; start < StartsPerHour; start++)
            (await StartAsync()).ShouldBe(HttpStatusCode.ServiceUnavailable);

        (await StartAsync()).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Check_thatIsNotAnswered_costsNoTry()
    {
        await StartAsync();
        Answer = _ => Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        for (var check = 0; check < 10; check++)
            (await CheckAsync()).ShouldBe(HttpStatusCode.ServiceUnavailable);

        Answer = _ => Results.Json(new { sid = "VE1", status = "approved" });
        (await CheckAsync()).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(400, HttpStatusCode.BadRequest)]
    [InlineData(503, HttpStatusCode.ServiceUnavailable)]
    public async Task Start_forAnotherNumberThatSentNothing_leavesTheCodeBeforeItGood(int status, HttpStatusCode refused)
    {
        await StartAsync();
        Answer = _ => Results.StatusCode(status);
        (await StartAsync("+14155550672")).ShouldBe(refused);

        Answer = context => context.Request.Form["To"] == "+14155550671" ? Results.Json(new { sid = "VE1", status = "approved" }) : Results.NotFound();
        (await CheckAsync()).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_forANumberOfAnotherUser_leavesTheCodeBeforeItGood()
    {
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Put, "/v1/users/ben/phone", new { phoneNumber = "+14155550672", verified = true });
        await StartAsync();
        (await StartAsync("+14155550672")).ShouldBe(HttpStatusCode.Conflict);

        Answer = _ => Results.Json(new { sid = "VE1", status = "approved" });
        (await CheckAsync()).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_afterErasingOneself_isLimitedAsBefore()
    {
        for (var start = 0; start < StartsPerHour; start++)
        {
            (await StartAsync()).ShouldBe(HttpStatusCode.Accepted);
            await Service.SendAsync(RunningService.AdminKey, HttpMethod.Delete, "/v1/users/anna");
        }

        (await StartAsync()).ShouldBe(HttpStatusCode.TooManyRequests);
        Service.Clock.Advance(TimeSpan.FromHours(1));
        (await StartAsync()).ShouldBe(HttpStatusCode.Accepted);
    }

    private Task<HttpStatusCode> StartAsync(string number = "+14155550671") => PostAsync("verification", new() { ["phoneNumber"] = number });

    private Task<HttpStatusCode> CheckAsync() => PostAsync("verification/check", new() { ["code"] = "123456" });

    private async Task<HttpStatusCode> PostAsync(string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/users/anna/phone/{path}", UriKind.Relative));
        request.Headers.Add("X-Api-Key", RunningService.AdminKey);
        request.Content = System.Net.Http.Json.JsonContent.Create(body);
        using var response = await _http!.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
