using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>What the send rules cost for one message: pure CPU on one thread.</summary>
internal static class DecisionFigures
{
    private const string Budget = "< 50 µs";

    public static Task MeasureAsync(BenchRun run)
    {
        // In this process: the programs beside it do nothing meanwhile, and no build of its own is needed.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance);
        foreach (var report in BenchmarkRunner.Run<Decisions>(config).Reports)
            run.Table.Add($"decision, {report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'')}", Measured(report), Budget, How(report));
        return Task.CompletedTask;
    }

    private static string Measured(BenchmarkReport report) =>
        report.ResultStatistics is { } spread
            ? $"mean {Shown.Microseconds(spread.Mean / 1_000)}, at most {Shown.Microseconds(spread.Max / 1_000)}, {Shown.Kibibytes(report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0)} allocated"
            : throw new InvalidOperationException($"{report.BenchmarkCase.DisplayInfo} gave no result.");

    private static string How(BenchmarkReport report) => $"BenchmarkDotNet, {report.ResultStatistics!.N} series after warm-up, one thread";
}
