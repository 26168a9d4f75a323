using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Tests.Sending;

namespace SmsDapr.Service.Tests.Messages;

/// <summary>What is found under an id whose request has stored its record and not started the workflow yet.</summary>
public sealed class AcceptanceTests : WithGuard
{
    [Fact]
    public async Task Id_whoseRequestMayBeUnderWay_isNotWrittenOverByAnother()
    {
        await UnderWayAsync();

        (await PostAsync()).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await Messages.FindAsync("m", Cancellation))!.Value.Body.ShouldBe("first");
    }

    [Fact]
    public async Task Id_whoseRequestStartsItsWorkflowMeanwhile_isTaken()
    {
        await UnderWayAsync();
        var looks = 0;
        Service.OnSidecarCall = async (context, next) =>
        {
            if (context.Request.Path.Value!.EndsWith("/GetInstance", StringComparison.Ordinal) && Interlocked.Increment(ref looks) == 2)
                await Service.Services.GetRequiredService<MessageEngine>().StartAsync("m", Cancellation);
            await next();
        };

        (await PostAsync()).ShouldBe(HttpStatusCode.Conflict);
        looks.ShouldBeGreaterThanOrEqualTo(2);
        (await Messages.FindAsync("m", Cancellation))!.Value.Body.ShouldBe("first");
    }

    [Fact]
    public async Task Id_whoseRequestDied_isFreeAMinuteLater()
    {
        await UnderWayAsync();
        Service.Clock.Advance(TimeSpan.FromMinutes(1));

        (await PostAsync()).ShouldBe(HttpStatusCode.Accepted);
        (await Messages.FindAsync("m", Cancellation))!.Value.Body.ShouldBe("second");
    }

    [Fact]
    public async Task Request_thatDiedAndComesAgainLongAfter_isJudgedAnew()
    {
        var request = new { id = "m", userId = User, body = "now" };
        var fingerprint = JsonSerializer.Deserialize<CreateMessageRequest>(JsonSerializer.Serialize(request), JsonSerializerOptions.Web)!.Fingerprint();
        await CreateAsync("m", "now", fingerprint);
        Service.Clock.Advance(TimeSpan.FromHours(5));

        var (status, message) = await Service.SendAsync(RunningService.AdminKey, HttpMethod.Post, "/v1/messages", request);

        status.ShouldBe(HttpStatusCode.Accepted);
        message["sendAt"]!.GetValue<DateTimeOffset>().ShouldBe(Service.Clock.GetUtcNow());
    }

    [Fact]
    public async Task SendTime_soFarAheadThatItsIndexOutlivesAnyStoresCount_isTakenWithRetention()
    {
        await using var keeping = await Service.StartServiceAsync(Service.GrpcAddress, "--Retention:Messages=P90D");
        using var http = new HttpClient { BaseAddress = new Uri(keeping.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages");
        request.Headers.Add("X-Api-Key", RunningService.AdminKey);
        request.Content = System.Net.Http.Json.JsonContent.Create(new { userId = User, body = "hello", sendAt = "2110-01-01T00:00:00Z" });

        using var response = await http.SendAsync(request, Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    private Task UnderWayAsync() => CreateAsync("m", "first", fingerprint: "of the first");

    private async Task<HttpStatusCode> PostAsync() =>
        (await Service.SendAsync(RunningService.AdminKey, HttpMethod.Post, "/v1/messages", new { id = "m", userId = User, body = "second", sendAt = "2100-01-01T00:00:00Z" })).Status;
}
