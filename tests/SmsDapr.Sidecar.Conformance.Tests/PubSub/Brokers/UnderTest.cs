namespace SmsDapr.Sidecar.Conformance.Tests.PubSub.UnderTest;

public sealed class PublishAndSubscribe(SidecarFixture sidecar) : PubSub.PublishAndSubscribe(sidecar);

public sealed class StreamingSubscription(SidecarFixture sidecar) : PubSub.StreamingSubscription(sidecar);

public sealed class RoutingRules(SidecarFixture sidecar) : PubSub.RoutingRules(sidecar);

public sealed class Answers(SidecarFixture sidecar) : PubSub.Answers(sidecar);

public sealed class BulkPublish(SidecarFixture sidecar) : PubSub.BulkPublish(sidecar);

public sealed class BulkSubscription(SidecarFixture sidecar) : PubSub.BulkSubscription(sidecar);
