using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>Many texts due at one instant, until the last is delivered.</summary>
internal static class MessageFigures
{
    private const int Users = 200;
    private const int WarmUpEach = 10;

    private static readonly TimeSpan ProviderDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task MeasureAsync(BenchRun run)
    {
        var textsEach = Math.Max(1, run.Options.Messages / Users);
        var count = Users * textsEach;
        await using var system = await LocalSystem.StartAsync(ProviderDelay, run.Cancellation);
        await system.Api.AddUsersAsync(Users, run.Cancellation);
        var began = BenchRun.Now;
        var warmUp = await system.Api.ScheduleManyAsync(Users * WarmUpEach, Users, _ => BenchRun.Now, run.Cancellation);
        await system.Api.AwaitAsync(Users, WarmUpEach, "delivered", began, Limit, run.Cancellation);
        var before = (await system.Simulator.RequestsAsync(run.Cancellation)).Count;

        var due = BenchRun.Now + TimeSpan.FromSeconds(10) + (count / warmUp.PerSecond * TimeSpan.FromSeconds(1));
        await system.Api.ScheduleManyAsync(count, Users, _ => due, run.Cancellation);
        if (BenchRun.Now > due)
            throw new InvalidOperationException("Accepting took so long that the texts were due before all were accepted.");
        await run.PauseAsync(due - BenchRun.Now);
        var cpu = system.Process.CpuTime;
        var texts = await system.Api.AwaitAsync(Users, textsEach, "delivered", due, Limit, run.Cancellation);
        cpu = system.Process.CpuTime - cpu;

        var requests = (await system.Simulator.RequestsAsync(run.Cancellation)).Count - before;
        var toSent = texts.Max(text => text.SentAt!.Value) - due;
        var toDelivered = texts.Max(text => text.DeliveredAt!.Value) - due;
        run.Table.Add(
            "messages, due to delivered",
            $"{Shown.Rate(count / toDelivered.TotalSeconds)} ({Shown.Seconds(toDelivered)}), {Shown.CpuEach(cpu, count)}",
            "≥ 500/s, then 750/s",
            $"{Shown.Count(count)} due at once for {Users} users, {Shown.Count(Users * WarmUpEach)} before; provider in its own process, {Shown.Milliseconds(ProviderDelay)} to the last receipt, included");
        run.Table.Add("messages, due to accepted by the provider", $"{Shown.Rate(count / toSent.TotalSeconds)} ({Shown.Seconds(toSent)})");
        run.Table.Add("messages doubled, stranded", $"{requests - count}, {count - texts.Count}", "0, 0", "create requests and deliveries beside texts");
    }
}
