using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using SmsDapr.Bench.Measuring;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;
using static Dapr.Client.Autogen.Grpc.v1.StateOptions.Types;

namespace SmsDapr.Bench.Figures;

/// <summary>State operations through the sidecar on each store, beside the same asked of the store directly: the difference is the sidecar's.</summary>
internal static class StateFigures
{
    private const string Store = "statestore";
    private const string Budget = "< 0.5 ms added";
    private const int Keys = 1_000;
    private const int WarmUp = 2_000;
    private const int OneByOne = 2_000;
    private const int Together = 8_000;

    private static readonly int[] Callers = [1, 16];
    private static readonly byte[] Value = [.. Enumerable.Repeat((byte)'"', 1), .. Enumerable.Repeat((byte)'x', 1022), (byte)'"'];

    public static async Task MeasureAsync(BenchRun run)
    {
        foreach (var store in MeasuredStore.Find((name, variable) => run.Table.Add($"state, {name}", $"left out: {variable} is not set")))
            await MeasureAsync(run, store);
    }

    private static async Task MeasureAsync(BenchRun run, MeasuredStore store)
    {
        await using var sidecar = await SidecarSystem.StartAsync(appPort: null, run.Cancellation, store.Component);
        await using var direct = await store.OpenAsync(sidecar.DataPath);
        var dapr = sidecar.Dapr;
        await MeasureAsync("save", SaveAsync, key => direct.SaveAsync(key, Value));
        await MeasureAsync("get", GetAsync, direct.GetAsync);
        await MeasureAsync("get, then save by ETag", ReplaceAsync, key => direct.ReplaceAsync(key, Value));

        async Task MeasureAsync(string operation, Func<string, Task> throughSidecar, Func<string, Task> directly)
        {
            await ClosedLoop.RunAsync(Callers[^1], WarmUp, number => throughSidecar(Key(number)));
            await ClosedLoop.RunAsync(Callers[^1], WarmUp, number => directly(Key(number)));
            foreach (var callers in Callers)
            {
                var operations = callers == 1 ? OneByOne : Together;
                var cpu = sidecar.Process.CpuTime;
                var measured = await ClosedLoop.RunAsync(callers, operations, number => throughSidecar(Key(number)));
                cpu = sidecar.Process.CpuTime - cpu;
                var own = await ClosedLoop.RunAsync(callers, operations, number => directly(Key(number)));
                var (p50, ownP50) = (measured.Latencies.Percentile(50), own.Latencies.Percentile(50));
                run.Table.Add(
                    $"state {operation}, {store.Name}, {callers} {(callers == 1 ? "caller" : "callers")}",
                    $"{Shown.Rate(measured.PerSecond)}, p50 {Shown.Milliseconds(p50)}, {Shown.CpuEach(cpu, operations)}; directly {Shown.Rate(own.PerSecond)}, p50 {Shown.Milliseconds(ownP50)}; added p50 {Shown.Milliseconds(p50 - ownP50)}",
                    budget: callers == 1 ? Budget : "–",
                    how: $"{Shown.Count(operations)} of 1 KiB on {Shown.Count(Keys)} keys, {Shown.Count(WarmUp)} before");
            }
        }

        async Task SaveAsync(string key) => await dapr.SaveStateAsync(Save(key, null), cancellationToken: run.Cancellation);

        async Task GetAsync(string key) => await dapr.GetStateAsync(new GetStateRequest { StoreName = Store, Key = key }, cancellationToken: run.Cancellation);

        async Task ReplaceAsync(string key)
        {
            var found = await dapr.GetStateAsync(new GetStateRequest { StoreName = Store, Key = key }, cancellationToken: run.Cancellation);
            await dapr.SaveStateAsync(Save(key, found.Etag), cancellationToken: run.Cancellation);
        }
    }

    private static SaveStateRequest Save(string key, string? etag)
    {
        var item = new StateItem { Key = key, Value = UnsafeByteOperations.UnsafeWrap(Value) };
        if (etag is not null)
        {
            item.Etag = new Etag { Value = etag };
            item.Options = new StateOptions { Concurrency = StateConcurrency.ConcurrencyFirstWrite };
        }

        return new SaveStateRequest { StoreName = Store, States = { item } };
    }

    // Far enough apart that callers never work on the same key at the same time.
    private static string Key(int number) => $"key-{number % Keys}";
}
