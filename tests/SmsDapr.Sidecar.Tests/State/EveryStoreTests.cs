using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.State;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.State;

/// <summary>What has to hold for every state component alike: it lives on the sidecar's clock and fails when that is ordered.</summary>
public sealed class EveryStoreTests : IDisposable
{
    private const string Store = "/v1.0/state/statestore";

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2031, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _key = $"key-{Guid.NewGuid():N}";

    public static TheoryData<string, string, string, string> Stores => new()
    {
        { "state.in-memory", "v1", "unused", "" },
        { "state.sqlite", "v1", "connectionString", "state.db" },
        { "state.redis", "v1", "redisHost", "REDIS_HOST" },
        { "state.postgresql", "v1", "connectionString", "POSTGRES_CONNECTION_STRING" },
        { "state.postgresql", "v2", "connectionString", "POSTGRES_CONNECTION_STRING" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_lifetime_ends_by_the_sidecars_clock_and_not_before(string type, string version, string setting, string value)
    {
        await using var sidecar = await StartAsync(type, version, setting, value);
        await SaveAsync(sidecar, 1, ttl: 3600);

        _clock.Advance(TimeSpan.FromMinutes(59));
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.OK);
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task What_has_expired_is_not_there_for_a_first_write_either(string type, string version, string setting, string value)
    {
        await using var sidecar = await StartAsync(type, version, setting, value);
        await SaveAsync(sidecar, 1, ttl: 60, concurrency: "first-write");
        (await SaveAsync(sidecar, 2, concurrency: "first-write")).ShouldNotBe(HttpStatusCode.NoContent);

        _clock.Advance(TimeSpan.FromMinutes(2));

        (await SaveAsync(sidecar, 3, concurrency: "first-write")).ShouldBe(HttpStatusCode.NoContent);
        (await sidecar.Http.GetStringAsync($"{Store}/{_key}", Cancellation)).ShouldBe("3");
        _clock.Advance(TimeSpan.FromDays(400));
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task A_lifetime_can_be_taken_back(string type, string version, string setting, string value)
    {
        await using var sidecar = await StartAsync(type, version, setting, value);
        await SaveAsync(sidecar, 1, ttl: 60);
        await SaveAsync(sidecar, 2, ttl: -1);

        _clock.Advance(TimeSpan.FromDays(1));

        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Ordered_faults_strike_before_anything_is_written(string type, string version, string setting, string value)
    {
        await using var sidecar = await StartAsync(type, version, setting, value);
        sidecar.Faults.FailNext(StateOperationKinds.Write, 1);

        (await SaveAsync(sidecar, 1)).ShouldBe(HttpStatusCode.InternalServerError);
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.NoContent);
        (await SaveAsync(sidecar, 2)).ShouldBe(HttpStatusCode.NoContent);
        sidecar.Faults.SetDown(true);
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.InternalServerError);
        sidecar.Faults.SetDown(false);
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("outboxPublishTopic")]
    [InlineData("primaryEncryptionKey")]
    public async Task What_the_embedded_sidecar_would_silently_not_do_ends_the_start(string setting)
    {
        var problem = await Should.ThrowAsync<Sidecar.Hosting.SidecarStartException>(() => StartAsync("state.in-memory", "v1", setting, "something"));

        problem.Message.ShouldEndWith($"component 'statestore' (state.in-memory/v1): metadata '{setting}' is not supported by the embedded sidecar");
    }

    private async Task<RunningSidecar> StartAsync(string type, string version, string setting, string value)
    {
        var isVariable = value.Length > 0 && value.All(character => char.IsAsciiLetterUpper(character) || character == '_');
        Assert.SkipWhen(isVariable && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(value)), $"needs a server: {value} is not set");
        _directory.Write("statestore.yaml", $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: {type}
              version: {version}
              metadata:
                - name: {setting}
                  {(isVariable ? "envRef" : "value")}: "{value}"
            """);
        return await RunningSidecar.StartAsync(options => options with { ResourcesPaths = [_directory.Path] }, clock: _clock);
    }

    private async Task<HttpStatusCode> SaveAsync(RunningSidecar sidecar, int value, int? ttl = null, string? concurrency = null)
    {
        var metadata = ttl is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["ttlInSeconds"] = $"{ttl}" };
        var item = new { key = _key, value, metadata, options = new { concurrency } };
        return (await sidecar.Http.PostAsJsonAsync(Store, new[] { item }, Cancellation)).StatusCode;
    }

    private async Task<HttpStatusCode> ReadAsync(RunningSidecar sidecar) => (await sidecar.Http.GetAsync($"{Store}/{_key}", Cancellation)).StatusCode;
}
