using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using SmsDapr.Bench.Measuring;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;
using static Dapr.Client.Autogen.Grpc.v1.StateOptions.Types;

namespace SmsDapr.Bench.Figures;

/// <summary>State operations through the sidecar beside the same on a bare SQLite connection.</summary>
internal static class StateFigures
{
    private const string Store = "statestore";
    private const int Keys = 1_000;
    private const int WarmUp = 2_000;
    private const int OneByOne = 2_000;
    private const int Together = 8_000;

    private static readonly int[] Callers = [1, 16];
    private static readonly byte[] Value = [.. Enumerable.Repeat((byte)'"', 1), .. Enumerable.Repeat((byte)'x', 1022), (byte)'"'];

    public static async Task MeasureAsync(BenchRun run)
    {
        await using var sidecar = await SidecarSystem.StartAsync(appPort: null, run.Cancellation);
        using var bare = new BareSqlite(Path.Combine(sidecar.DataPath, "bare.db"));
        var dapr = sidecar.Dapr;
        await MeasureAsync("save", SaveAsync, bare.Save);
        await MeasureAsync("get", GetAsync, bare.Get);
        await MeasureAsync("get, then save by ETag", ReplaceAsync, bare.Replace);

        async Task MeasureAsync(string operation, Func<string, Task> throughSidecar, Action<string, byte[]> onSqlite)
        {
            await ClosedLoop.RunAsync(Callers[^1], WarmUp, number => throughSidecar(Key(number)));
            await ClosedLoop.RunAsync(1, Keys, number => BareAsync(number));
            foreach (var callers in Callers)
            {
                var operations = callers == 1 ? OneByOne : Together;
                var measured = await ClosedLoop.RunAsync(callers, operations, number => throughSidecar(Key(number)));
                var bareMeasured = await ClosedLoop.RunAsync(callers, operations, BareAsync);
                run.Table.Add(
                    $"state {operation}, {callers} {(callers == 1 ? "caller" : "callers")}",
                    $"{Shown.Rate(measured.PerSecond)}, p50 {Shown.Milliseconds(measured.Latencies.Percentile(50))}; bare SQLite {Shown.Rate(bareMeasured.PerSecond)}, p50 {Shown.Milliseconds(bareMeasured.Latencies.Percentile(50))}",
                    how: $"{Shown.Count(operations)} of 1 KiB on {Shown.Count(Keys)} keys, {Shown.Count(WarmUp)} before");
            }

            Task BareAsync(int number)
            {
                onSqlite(Key(number), Value);
                return Task.CompletedTask;
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
