using System.CommandLine;

namespace SmsDapr.Local;

public static class Program
{
    // Deliveries, service, sidecar and simulators end one after the other, each with a limit of its own; this one is for a process that hangs.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromMinutes(1);

    public static async Task<int> Main(string[] args)
    {
        var command = LocalCommand.Create(LocalHost.RunAsync);
        var parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync(parsed.Errors[0].Message);
            return 2;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TerminationTimeout });
    }
}
