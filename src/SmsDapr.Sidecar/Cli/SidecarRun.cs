using Microsoft.AspNetCore.Connections;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Cli;

/// <summary>One run of the sidecar from the command line: start, wait, stop, and one clear line when it cannot start.</summary>
internal static class SidecarRun
{
    private const int Failed = 1;

    public static async Task<int> RunAsync(SidecarOptions options, IReadOnlyList<string> command, TextWriter errors, CancellationToken cancellationToken)
    {
        await using var sidecar = SidecarHost.Create(options);
        try
        {
            await sidecar.StartAsync(cancellationToken);
        }
        catch (SidecarStartException failure)
        {
            await errors.WriteLineAsync($"sidecar: {failure.Message}");
            return Failed;
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await errors.WriteLineAsync($"sidecar: {taken.Message} Choose others with --dapr-http-port and --dapr-grpc-port.");
            return Failed;
        }

        var addresses = SidecarAddresses.Of(sidecar);
        Console.WriteLine($"sidecar: app id {options.AppId}, HTTP {addresses.Http}, gRPC {addresses.Grpc}");
        if (command.Count > 0)
            return await RunBesideAsync(sidecar, new AppProcess(options, addresses, command), errors, cancellationToken);

        await WaitForStopAsync(sidecar, cancellationToken);
        return 0;
    }

    private static async Task<int> RunBesideAsync(WebApplication sidecar, AppProcess app, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            app.Start();
        }
        catch (SidecarStartException failure)
        {
            await errors.WriteLineAsync($"sidecar: {failure.Message}");
            await sidecar.StopAsync(CancellationToken.None);
            return Failed;
        }

        using (app)
        {
            var stopped = WaitForStopAsync(sidecar, cancellationToken);
            var first = await Task.WhenAny(stopped, app.Exit);
            if (first == stopped)
                await app.StopAsync();
            else
                await sidecar.StopAsync(CancellationToken.None);
            await stopped;
            return await app.Exit;
        }
    }

    private static async Task WaitForStopAsync(WebApplication sidecar, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(sidecar.Lifetime.StopApplication);
        await sidecar.WaitForShutdownAsync(CancellationToken.None);
    }
}
