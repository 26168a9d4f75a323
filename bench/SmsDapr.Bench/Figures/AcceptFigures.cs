using SmsDapr.Bench.Measuring;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary><c>POST /v1/messages</c> for tomorrow.</summary>
internal static class AcceptFigures
{
    private const int Users = 200;
    private const int Clients = 16;
    private const int WarmUp = 10_000;
    private const int Measured = 10_000;

    public static async Task MeasureAsync(BenchRun run)
    {
        await using var system = await LocalSystem.StartAsync(providerDelay: null, run.Cancellation);
        await system.Api.AddUsersAsync(Users, run.Cancellation);
        var tomorrow = BenchRun.Now.AddDays(1);
        await ClosedLoop.RunAsync(Clients, WarmUp, ScheduleAsync);
        var cpu = system.Process.CpuTime;
        var accepted = await ClosedLoop.RunAsync(Clients, Measured, ScheduleAsync);
        run.Table.Add(
            "accept",
            $"{Shown.Rate(accepted.PerSecond)}, {Shown.Spread(accepted.Latencies)}, {Shown.CpuEach(system.Process.CpuTime - cpu, Measured)}",
            "≥ 1,000/s, p99 < 40 ms",
            $"{Shown.Count(Measured)} by {Clients} clients for {Users} users, {Shown.Count(WarmUp)} before");

        Task ScheduleAsync(int number) => system.Api.ScheduleAsync(number % Users, tomorrow, run.Cancellation);
    }
}
