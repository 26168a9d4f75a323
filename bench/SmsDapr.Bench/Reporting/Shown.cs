using System.Globalization;
using SmsDapr.Bench.Measuring;

namespace SmsDapr.Bench.Reporting;

/// <summary>How figures are written.</summary>
internal static class Shown
{
    public static string Rate(double perSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"{perSecond:#,0}/s");

    public static string Milliseconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0##} ms");

    public static string Microseconds(double microseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{microseconds:0.0} µs");

    public static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    /// <summary>CPU time of the process that was measured: what an operation costs, however busy the machine is.</summary>
    public static string CpuEach(TimeSpan cpu, int operations) => $"{Milliseconds(cpu / operations)} CPU each";

    public static string Mebibytes(double bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):0.0} MiB");

    public static string Kibibytes(double bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 10):0.00} KiB");

    public static string Count(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:#,0}");

    public static string Spread(Latencies latencies) =>
        $"p50 {Milliseconds(latencies.Percentile(50))}, p99 {Milliseconds(latencies.Percentile(99))}";
}
