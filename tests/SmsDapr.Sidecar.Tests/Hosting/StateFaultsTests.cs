using System.Net;
using System.Net.Http.Json;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Tests.Hosting;

public sealed class StateFaultsTests
{
    private const string Store = "/v1.0/state/statestore";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_next_writes_fail_and_write_nothing()
    {
        await using var sidecar = await RunningSidecar.StartAsync();
        sidecar.Faults.FailNext(StateOperationKinds.Write, 2);

        (await WriteAsync(sidecar, 1)).ShouldBe(HttpStatusCode.InternalServerError);
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.NoContent);
        (await WriteAsync(sidecar, 2)).ShouldBe(HttpStatusCode.InternalServerError);
        (await WriteAsync(sidecar, 3)).ShouldBe(HttpStatusCode.NoContent);
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_count_of_zero_clears()
    {
        await using var sidecar = await RunningSidecar.StartAsync();
        sidecar.Faults.FailNext(StateOperationKinds.All, 5);
        sidecar.Faults.FailNext(StateOperationKinds.All, 0);

        (await WriteAsync(sidecar, 1)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task While_down_everything_fails()
    {
        await using var sidecar = await RunningSidecar.StartAsync();
        sidecar.Faults.SetDown(true);

        (await WriteAsync(sidecar, 1)).ShouldBe(HttpStatusCode.InternalServerError);
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.InternalServerError);
        sidecar.Faults.SetDown(false);
        (await ReadAsync(sidecar)).ShouldBe(HttpStatusCode.NoContent);
    }

    private static async Task<HttpStatusCode> WriteAsync(RunningSidecar sidecar, int value) =>
        (await sidecar.Http.PostAsJsonAsync(Store, new[] { new { key = "a", value } }, Cancellation)).StatusCode;

    private static async Task<HttpStatusCode> ReadAsync(RunningSidecar sidecar) =>
        (await sidecar.Http.GetAsync($"{Store}/a", Cancellation)).StatusCode;
}
