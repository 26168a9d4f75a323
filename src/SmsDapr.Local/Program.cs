using System.CommandLine;

namespace SmsDapr.Local;

public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var command = LocalCommand.Create(LocalHost.RunAsync);
        var parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync(parsed.Errors[0].Message);
            return 2;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) });
    }
}
