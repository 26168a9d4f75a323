namespace SmsDapr.Sidecar.Conformance.Tests.State.Redis;

public sealed class ReadingAndWriting(RedisSidecar sidecar) : State.ReadingAndWriting(sidecar);

public sealed class OptimisticConcurrency(RedisSidecar sidecar) : State.OptimisticConcurrency(sidecar);

public sealed class Transactions(RedisSidecar sidecar) : State.Transactions(sidecar);

public sealed class StateOverHttp(RedisSidecar sidecar) : State.StateOverHttp(sidecar);

public sealed class WaysOfTheStores(RedisSidecar sidecar) : State.WaysOfTheStores(sidecar);
