using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using SmsDapr.Bench.Measuring;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>What the machine itself can do in the same minutes; the other figures are to be read beside these.</summary>
internal static class MachineFigures
{
    private const int Writes = 500;
    private const int WarmUpWrites = 50;
    private const int RoundTrips = 5_000;
    private const int WarmUpRoundTrips = 2_000;

    public static async Task MeasureAsync(BenchRun run)
    {
        run.Table.Add("fsync of the data directory's disk", Shown.Spread(SyncWrites()), how: $"{Writes} writes of 4 KiB, one after the other, {WarmUpWrites} before");
        run.Table.Add(
            "loopback HTTP round trip",
            Shown.Spread(await RoundTripsAsync(run.Cancellation)),
            how: $"{Shown.Count(RoundTrips)} empty GETs, one after the other, {Shown.Count(WarmUpRoundTrips)} before");
    }

    private static Latencies SyncWrites()
    {
        using var data = new DataDirectory();
        using var file = new FileStream(Path.Combine(data.Path, "sync"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        var latencies = new Latencies();
        for (var number = 0; number < WarmUpWrites + Writes; number++)
        {
            var began = Stopwatch.GetTimestamp();
            file.Write(page);
            file.Flush(flushToDisk: true);
            if (number >= WarmUpWrites)
                latencies.Add(Stopwatch.GetElapsedTime(began));
        }

        return latencies;
    }

    private static async Task<Latencies> RoundTripsAsync(CancellationToken cancellation)
    {
        var port = ChildProcess.FreePorts(1)[0];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        app.Run(static context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        await app.StartAsync(cancellation);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await ClosedLoop.RunAsync(1, WarmUpRoundTrips, GetAsync);
        return (await ClosedLoop.RunAsync(1, RoundTrips, GetAsync)).Latencies;

        async Task GetAsync(int number)
        {
            using var response = await client.GetAsync(new Uri("/", UriKind.Relative), cancellation);
        }
    }
}
