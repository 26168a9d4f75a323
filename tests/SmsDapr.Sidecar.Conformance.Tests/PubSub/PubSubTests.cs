using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;

namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

public abstract class PubSubTests(SidecarFixture sidecar) : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected SidecarFixture Sidecar => sidecar;

    public async ValueTask InitializeAsync() => await sidecar.RequireAsync(SidecarFixture.PubSub, "pubsub.");

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected static PublishEventRequest Request(string topic, string data, string contentType = "application/json") => new()
    {
        PubsubName = SidecarFixture.PubSub,
        Topic = topic,
        Data = ByteString.CopyFromUtf8(data),
        DataContentType = contentType,
    };

    protected async Task PublishAsync(PublishEventRequest request) => await sidecar.Grpc.PublishEventAsync(request, cancellationToken: Cancellation);

    /// <summary>An event of this type, which the rules of a subscription can tell from others.</summary>
    protected Task PublishAsync(string topic, string type, string data)
    {
        var request = Request(topic, data);
        request.Metadata["cloudevent.type"] = type;
        return PublishAsync(request);
    }
}
