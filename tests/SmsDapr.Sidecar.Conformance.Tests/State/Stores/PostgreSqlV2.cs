namespace SmsDapr.Sidecar.Conformance.Tests.State.PostgreSqlV2;

public sealed class ReadingAndWriting(PostgreSqlV2Sidecar sidecar) : State.ReadingAndWriting(sidecar);

public sealed class OptimisticConcurrency(PostgreSqlV2Sidecar sidecar) : State.OptimisticConcurrency(sidecar);

public sealed class Transactions(PostgreSqlV2Sidecar sidecar) : State.Transactions(sidecar);

public sealed class StateOverHttp(PostgreSqlV2Sidecar sidecar) : State.StateOverHttp(sidecar);

public sealed class WaysOfTheStores(PostgreSqlV2Sidecar sidecar) : State.WaysOfTheStores(sidecar);
