using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>Workflows from start to completion with others asleep in the store.</summary>
internal static class WorkflowFigures
{
    private const int WarmUp = 1_000;
    private const int Measured = 3_000;

    public static async Task MeasureAsync(BenchRun run)
    {
        await using var sidecar = await SidecarSystem.StartAsync(appPort: null, run.Cancellation);
        await using var app = await WorkflowApp.StartAsync(sidecar.GrpcEndpoint, run.Cancellation);
        await app.RunNoOpsAsync(WarmUp, run.Cancellation);
        var asleep = 0;
        foreach (var instances in run.Options.Instances)
        {
            await app.StartSleepersAsync(instances - asleep, _ => BenchRun.Now.AddDays(1), run.Cancellation);
            asleep = instances;
            var sidecarCpu = sidecar.Process.CpuTime;
            var workerCpu = Environment.CpuUsage.TotalTime;
            var runs = await app.RunNoOpsAsync(Measured, run.Cancellation);
            run.Table.Add(
                $"workflows, {Shown.Count(instances)} in the store",
                $"{Shown.Rate(runs.PerSecond)}, {Shown.Spread(runs.Latencies)}, sidecar {Shown.CpuEach(sidecar.Process.CpuTime - sidecarCpu, Measured)}, worker and callers {Shown.CpuEach(Environment.CpuUsage.TotalTime - workerCpu, Measured)}",
                how: $"two activities, a due timer, an event; {Shown.Count(Measured)} by {WorkflowApp.Callers} callers, {Shown.Count(WarmUp)} before");
        }
    }
}
