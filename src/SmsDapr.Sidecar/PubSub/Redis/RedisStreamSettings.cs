using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.PubSub.Redis;

internal sealed record RedisStreamSettings(
    string ConsumerId,
    TimeSpan ProcessingTimeout,
    TimeSpan RedeliverInterval,
    int QueueDepth,
    int Concurrency,
    int? MaxLength)
{
    /// <summary>Either of the two at zero turns redelivery off, as in daprd.</summary>
    public bool Redelivers => ProcessingTimeout > TimeSpan.Zero && RedeliverInterval > TimeSpan.Zero;

    public static RedisStreamSettings Read(ComponentSpec spec, string appId)
    {
        if (spec.Text("streamTTL") is not null)
            throw spec.Complain("metadata 'streamTTL' is not supported by the embedded sidecar; use maxLenApprox");
        return new RedisStreamSettings(
            spec.Text("consumerID") ?? appId,
            spec.Duration("processingTimeout", TimeSpan.FromSeconds(60)),
            spec.Duration("redeliverInterval", TimeSpan.FromSeconds(15)),
            AtLeastOne(spec, "queueDepth", 100),
            AtLeastOne(spec, "concurrency", 10),
            spec.Text("maxLenApprox") is null ? null : AtLeastOne(spec, "maxLenApprox", 0));
    }

    private static int AtLeastOne(ComponentSpec spec, string key, int otherwise) =>
        spec.Number(key, otherwise) is > 0 and var number ? number : throw spec.Complain($"metadata '{key}' must be at least 1");
}
