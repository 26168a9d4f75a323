namespace SmsDapr.Sidecar.Conformance.Tests.PubSub.UnderTest;

public sealed class PublishAndSubscribe(SidecarFixture sidecar) : PubSub.PublishAndSubscribe(sidecar);

public sealed class StreamingSubscription(SidecarFixture sidecar) : PubSub.StreamingSubscription(sidecar);
