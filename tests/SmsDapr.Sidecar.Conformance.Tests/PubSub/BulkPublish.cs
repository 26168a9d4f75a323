using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

public abstract class BulkPublish(SidecarFixture sidecar) : PubSubTests(sidecar)
{
    private const string Path = $"/v1.0/publish/bulk/{SidecarFixture.PubSub}/many";

    [Fact]
    public async Task Every_entry_is_an_event_of_its_own()
    {
        var topic = $"many-{Guid.NewGuid():N}";
        using var stream = await EventStream.SubscribeAsync(Sidecar, topic, Cancellation);
        var request = new BulkPublishRequest { PubsubName = SidecarFixture.PubSub, Topic = topic };
        request.Entries.AddRange(Enumerable.Range(1, 3).Select(number => new BulkPublishRequestEntry
        {
            EntryId = $"{number}",
            Event = ByteString.CopyFromUtf8($"{number}"),
            ContentType = "application/json",
        }));

        var response = await Sidecar.Grpc.BulkPublishEventAsync(request, cancellationToken: Cancellation);

        response.FailedEntries.ShouldBeEmpty();
        var received = new List<string>();
        while (received.Count < 3)
            received.Add(await stream.TakeAsync(Cancellation));
        received.ShouldBe(["1", "2", "3"], ignoreOrder: true);
    }

    [Fact]
    public async Task Over_http_it_is_204()
    {
        var topic = $"many-{Guid.NewGuid():N}";
        using var stream = await EventStream.SubscribeAsync(Sidecar, topic, Cancellation);

        var response = await Sidecar.Http.PostAsJsonAsync($"/v1.0/publish/bulk/{SidecarFixture.PubSub}/{topic}", new JsonArray(Entry("a", "text", "text/plain")), Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await stream.TakeAsync(Cancellation)).ShouldBe("text");
    }

    [Fact]
    public async Task Entries_need_ids_of_their_own()
    {
        var response = await Sidecar.Http.PostAsJsonAsync(Path, new JsonArray(Entry("a", 1, "application/json"), Entry("a", 2, "application/json")), Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_unknown_pubsub_is_an_invalid_argument()
    {
        var error = await Should.ThrowAsync<RpcException>(async () => await Sidecar.Grpc.BulkPublishEventAsync(
            new BulkPublishRequest { PubsubName = "nowhere", Topic = "many" }, cancellationToken: Cancellation));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    private static JsonObject Entry(string id, JsonNode data, string contentType) =>
        new() { ["entryId"] = id, ["event"] = data, ["contentType"] = contentType };
}
