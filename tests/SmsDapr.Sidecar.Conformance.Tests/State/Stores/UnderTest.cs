namespace SmsDapr.Sidecar.Conformance.Tests.State.UnderTest;

public sealed class ReadingAndWriting(SidecarFixture sidecar) : State.ReadingAndWriting(sidecar);

public sealed class OptimisticConcurrency(SidecarFixture sidecar) : State.OptimisticConcurrency(sidecar);

public sealed class Transactions(SidecarFixture sidecar) : State.Transactions(sidecar);

public sealed class StateOverHttp(SidecarFixture sidecar) : State.StateOverHttp(sidecar);

public sealed class WaysOfTheStores(SidecarFixture sidecar) : State.WaysOfTheStores(sidecar);
