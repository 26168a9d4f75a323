namespace SmsDapr.Sidecar.Conformance.Tests.State.PostgreSqlV1;

public sealed class ReadingAndWriting(PostgreSqlV1Sidecar sidecar) : State.ReadingAndWriting(sidecar);

public sealed class OptimisticConcurrency(PostgreSqlV1Sidecar sidecar) : State.OptimisticConcurrency(sidecar);

public sealed class Transactions(PostgreSqlV1Sidecar sidecar) : State.Transactions(sidecar);

public sealed class StateOverHttp(PostgreSqlV1Sidecar sidecar) : State.StateOverHttp(sidecar);

public sealed class WaysOfTheStores(PostgreSqlV1Sidecar sidecar) : State.WaysOfTheStores(sidecar);
