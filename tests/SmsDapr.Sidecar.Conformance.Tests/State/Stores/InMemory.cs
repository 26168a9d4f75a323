namespace SmsDapr.Sidecar.Conformance.Tests.State.InMemory;

public sealed class ReadingAndWriting(InMemorySidecar sidecar) : State.ReadingAndWriting(sidecar);

public sealed class OptimisticConcurrency(InMemorySidecar sidecar) : State.OptimisticConcurrency(sidecar);

public sealed class Transactions(InMemorySidecar sidecar) : State.Transactions(sidecar);

public sealed class StateOverHttp(InMemorySidecar sidecar) : State.StateOverHttp(sidecar);

public sealed class WaysOfTheStores(InMemorySidecar sidecar) : State.WaysOfTheStores(sidecar);
