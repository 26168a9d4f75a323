using System.Reflection;
using System.Runtime.InteropServices;

namespace SmsDapr.Bench.Reporting;

internal static class MachineFacts
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string LoadAverages = "/proc/loadavg";
    private const string Unknown = "?";

    public static string Describe() =>
        $"""
         {Environment.ProcessorCount} cores, {CpuModel()}, {RuntimeInformation.OSDescription}
         {RuntimeInformation.FrameworkDescription}, {Configuration()} build
         Load: average of the last minute when the figure was taken, what is measured included.

         """;

    public static string LoadAverage() =>
        File.Exists(LoadAverages) ? File.ReadAllText(LoadAverages).Split(' ')[0] : Unknown;

    private static string CpuModel() =>
        File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? Unknown
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static string? Configuration() =>
        typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration;
}
