using SmsDapr.Sidecar.Conformance.Tests.Durability;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace SmsDapr.Sidecar.Conformance.Tests;

/// <summary>xunit's own entry point, unless the kill test started this program as one of its workers.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(WorkerProcess.EndpointVariable) is { } endpoint)
            return await WorkerProcess.RunAsync(new Uri(endpoint));
        return args.Any(argument => argument is "--server" or "--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
