namespace SmsDapr.Sidecar.Conformance.Tests.PubSub.Redis;

public sealed class PublishAndSubscribe(RedisSidecar sidecar) : PubSub.PublishAndSubscribe(sidecar);

public sealed class StreamingSubscription(RedisSidecar sidecar) : PubSub.StreamingSubscription(sidecar);

public sealed class RoutingRules(RedisSidecar sidecar) : PubSub.RoutingRules(sidecar);

public sealed class Answers(RedisSidecar sidecar) : PubSub.Answers(sidecar);

public sealed class BulkPublish(RedisSidecar sidecar) : PubSub.BulkPublish(sidecar);

public sealed class BulkSubscription(RedisSidecar sidecar) : PubSub.BulkSubscription(sidecar);
