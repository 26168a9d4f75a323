using Dapr.Client;
using SmsDapr.Sidecar.Conformance.Tests.State;

namespace SmsDapr.Sidecar.Conformance.Tests;

/// <summary>The official .NET client's own view of state.</summary>
public sealed class OfficialClient(SidecarFixture sidecar) : StateTests(sidecar)
{
    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    [Fact]
    public async Task Try_save_tells_a_conflict_from_success()
    {
        using var client = NewClient();
        var key = NewKey();
        await client.SaveStateAsync(SidecarFixture.StateStore, key, new Sample("one"), cancellationToken: Cancellation);
        var (value, etag) = await client.GetStateAndETagAsync<Sample>(SidecarFixture.StateStore, key, cancellationToken: Cancellation);

        value.ShouldBe(new Sample("one"));
        (await client.TrySaveStateAsync(SidecarFixture.StateStore, key, new Sample("two"), etag, cancellationToken: Cancellation)).ShouldBeTrue();
        (await client.TrySaveStateAsync(SidecarFixture.StateStore, key, new Sample("three"), etag, cancellationToken: Cancellation)).ShouldBeFalse();
        (await client.GetStateAsync<Sample>(SidecarFixture.StateStore, key, cancellationToken: Cancellation)).ShouldBe(new Sample("two"));
    }

    [Fact]
    public async Task Create_only_save_throws_the_second_time()
    {
        using var client = NewClient();
        var key = NewKey();
        await client.SaveStateAsync(SidecarFixture.StateStore, key, 1, FirstWrite, cancellationToken: Cancellation);

        await Should.ThrowAsync<global::Dapr.DaprException>(() =>
            client.SaveStateAsync(SidecarFixture.StateStore, key, 2, FirstWrite, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Waiting_for_the_sidecar_ends()
    {
        using var client = NewClient();

        await client.WaitForSidecarAsync(Cancellation);

        (await client.CheckOutboundHealthAsync(Cancellation)).ShouldBeTrue();
    }

    private DaprClient NewClient() => new DaprClientBuilder()
        .UseHttpEndpoint(Sidecar.Http.BaseAddress!.ToString())
        .UseGrpcEndpoint($"http://{Sidecar.Channel.Target}")
        .Build();

    private sealed record Sample(string Name);
}
