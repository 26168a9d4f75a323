using System.Net;
using SmsDapr.Core.Messages;
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
    public async Task Id_whoseRequestDied_isFreeAMinuteLater()
    {
        await UnderWayAsync();
        Service.Clock.Advance(TimeSpan.FromMinutes(1));

        (await PostAsync()).ShouldBe(HttpStatusCode.Accepted);
        (await Messages.FindAsync("m", Cancellation))!.Value.Body.ShouldBe("second");
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

    private async Task UnderWayAsync()
    {
        var message = MessageLifecycle.Create(
            new NewMessage
            {
                Id = "m",
                UserId = User,
                Type = MessageType.Custom,
                Text = new MessageText("first", BodySource.Caller),
                SendAt = Now,
                TimeZone = "UTC",
                MaxAttempts = 3,
                Source = TimelineSource.Api,
                RequestFingerprint = "of the first",
            },
            Now);
        (await Messages.TryCreateAsync(message, Cancellation)).ShouldBeTrue();
    }

    private async Task<HttpStatusCode> PostAsync() =>
        (await Service.SendAsync(RunningService.AdminKey, HttpMethod.Post, "/v1/messages", new { id = "m", userId = User, body = "second", sendAt = "2100-01-01T00:00:00Z" })).Status;
}

public sealed class PublishedSequencesTests
{
    [Fact]
    public void Of_isTheLaterOfWhatIsKnownHereAndInTheRecord()
    {
        var published = new PublishedSequences();
        published.Add("m", 3);

        published.Of("m", stored: 1).ShouldBe(3);
        published.Of("m", stored: 5).ShouldBe(5);
        published.Of("other", stored: 2).ShouldBe(2);
        published.Remove("m");
        published.Of("m", stored: 1).ShouldBe(1);
    }

    [Fact]
    public void Messages_thatEndElsewhere_areForgotten()
    {
        var published = new PublishedSequences();
        published.Add("first", 1);
        foreach (var number in Enumerable.Range(0, 2 * PublishedSequences.GenerationSize))
            published.Add($"m{number}", 1);

        published.Of("first", stored: 0).ShouldBe(0);
        published.Of($"m{(2 * PublishedSequences.GenerationSize) - 1}", stored: 0).ShouldBe(1);
    }
}
