using SmsDapr.Sidecar.Conformance.Tests;

[assembly: AssemblyFixture(typeof(InMemorySidecar))]
[assembly: AssemblyFixture(typeof(RedisSidecar))]
[assembly: AssemblyFixture(typeof(PostgreSqlV1Sidecar))]
[assembly: AssemblyFixture(typeof(PostgreSqlV2Sidecar))]

namespace SmsDapr.Sidecar.Conformance.Tests;

/// <summary>A second embedded sidecar, on another store: the specification is the same for each.</summary>
public abstract class StoreSidecar(string resources, string? serverVariable = null) : SidecarFixture(Beside(resources))
{
    public override string? Missing =>
        IsElsewhere ? "the sidecar elsewhere has its own store, which is tested as the one under test"
        : serverVariable is not null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(serverVariable)) ? $"needs a server: {serverVariable} is not set"
        : null;

    public override ValueTask InitializeAsync() => Missing is null ? base.InitializeAsync() : ValueTask.CompletedTask;
}

public sealed class InMemorySidecar() : StoreSidecar("Resources.InMemory");

public sealed class RedisSidecar() : StoreSidecar("Resources.Redis", "REDIS_HOST");

public sealed class PostgreSqlV1Sidecar() : StoreSidecar("Resources.PostgreSql.V1", "POSTGRES_CONNECTION_STRING");

public sealed class PostgreSqlV2Sidecar() : StoreSidecar("Resources.PostgreSql.V2", "POSTGRES_CONNECTION_STRING");
