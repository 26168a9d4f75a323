namespace SmsDapr.Sidecar.Conformance.Tests.PubSub.Redis;

public sealed class PublishAndSubscribe(RedisSidecar sidecar) : PubSub.PublishAndSubscribe(sidecar);

public sealed class StreamingSubscription(RedisSidecar sidecar) : PubSub.StreamingSubscription(sidecar);
