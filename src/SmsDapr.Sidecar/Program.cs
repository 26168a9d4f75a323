using System.CommandLine;
using SmsDapr.Sidecar.Cli;

namespace SmsDapr.Sidecar;

public static class Program
{
    // Long enough for the application's own grace period and the sidecar's after it.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(20);

    public static Task<int> Main(string[] args) =>
        SidecarCommand.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TerminationTimeout });
}
