using System.Net;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

public abstract class PublishAndSubscribe(SidecarFixture sidecar) : PubSubTests(sidecar)
{
    [Fact]
    public async Task Json_arrives_as_the_data_of_a_cloud_event()
    {
        var received = await PublishAndReceiveAsync("plain", "events/plain", """{"n":1}""", "application/json");

        received.ContentType.ShouldBe("application/cloudevents+json");
        received.Json["specversion"]!.GetValue<string>().ShouldBe("1.0");
        received.Json["type"]!.GetValue<string>().ShouldBe("com.dapr.event.sent");
        received.Json["topic"]!.GetValue<string>().ShouldBe("plain");
        received.Json["pubsubname"]!.GetValue<string>().ShouldBe(SidecarFixture.PubSub);
        received.Json["datacontenttype"]!.GetValue<string>().ShouldBe("application/json");
        received.Json["id"]!.GetValue<string>().ShouldNotBeEmpty();
        received.Json["data"]!["n"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Attributes_can_be_overridden_when_published()
    {
        Sidecar.RequireApplication();
        var request = Request("routed", "text", "text/plain");
        request.Metadata["cloudevent.id"] = "my-id";
        request.Metadata["cloudevent.type"] = "my.type";
        request.Metadata["cloudevent.subject"] = "my-subject";

        await Sidecar.Grpc.PublishEventAsync(request, cancellationToken: Cancellation);

        var received = await Sidecar.Application!.NextAsync("events/routed", Cancellation);
        received.Json["id"]!.GetValue<string>().ShouldBe("my-id");
        received.Json["type"]!.GetValue<string>().ShouldBe("my.type");
        received.Json["subject"]!.GetValue<string>().ShouldBe("my-subject");
        received.Json["data"]!.GetValue<string>().ShouldBe("text");
    }

    [Fact]
    public async Task A_declared_subscription_gets_events()
    {
        var received = await PublishAndReceiveAsync("declared", "events/declared", "1", "application/json");

        received.Json["data"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task A_raw_message_is_wrapped_as_base64_on_its_way_out()
    {
        Sidecar.RequireApplication();
        var request = Request("raw", "raw bytes", "application/octet-stream");
        request.Metadata["rawPayload"] = "true";

        await Sidecar.Grpc.PublishEventAsync(request, cancellationToken: Cancellation);

        var received = await Sidecar.Application!.NextAsync("events/raw", Cancellation);
        Encoding.UTF8.GetString(Convert.FromBase64String(received.Json["data_base64"]!.GetValue<string>())).ShouldBe("raw bytes");
    }

    [Fact]
    public async Task A_refused_event_goes_to_its_dead_letter_topic()
    {
        var application = Sidecar.RequireApplication();
        application.Answer("events/refused", _ => Results.StatusCode(StatusCodes.Status500InternalServerError));

        await Sidecar.Grpc.PublishEventAsync(Request("refused", """{"n":2}""", "application/json"), cancellationToken: Cancellation);

        var buried = await application.NextAsync("events/refused-dead", Cancellation);
        buried.Json["topic"]!.GetValue<string>().ShouldBe("refused");
        buried.Json["data"]!["n"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task The_metadata_of_a_publish_goes_out_as_headers()
    {
        await Sidecar.RequireAsync(SidecarFixture.PubSub, "pubsub.redis");
        var application = Sidecar.RequireApplication();
        var request = Request("headed", "1");
        request.Metadata["x-tenant"] = "blue";

        await PublishAsync(request);

        (await application.NextAsync("events/headed", Cancellation)).Headers["x-tenant"].ToString().ShouldBe("blue");
    }

    [Fact]
    public async Task Publishing_over_http_is_204()
    {
        var response = await Sidecar.Http.PostAsync(
            $"/v1.0/publish/{SidecarFixture.PubSub}/unheard", new StringContent("{}", Encoding.UTF8, "application/json"), Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task An_unknown_pubsub_is_an_invalid_argument()
    {
        var request = Request("plain", "1", "application/json");
        request.PubsubName = "nowhere";

        var error = await Should.ThrowAsync<RpcException>(async () => await Sidecar.Grpc.PublishEventAsync(request, cancellationToken: Cancellation));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task Broken_cloud_event_json_fails_the_publish()
    {
        var request = Request("plain", "{broken", "application/cloudevents+json");

        await Should.ThrowAsync<RpcException>(async () => await Sidecar.Grpc.PublishEventAsync(request, cancellationToken: Cancellation));
    }

    private async Task<ReceivedCall> PublishAndReceiveAsync(string topic, string path, string data, string contentType)
    {
        var application = Sidecar.RequireApplication();
        await Sidecar.Grpc.PublishEventAsync(Request(topic, data, contentType), cancellationToken: Cancellation);
        return await application.NextAsync(path, Cancellation);
    }
}
