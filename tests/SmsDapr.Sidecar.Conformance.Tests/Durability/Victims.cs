using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SmsDapr.Sidecar.Conformance.Tests.Durability;

/// <summary>A sidecar and a worker in processes of their own, which end without warning (SIGKILL) and come back on the same ports and data.</summary>
internal sealed class Victims : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("smsdapr-victims-").FullName;
    private readonly int _httpPort = FreePort();
    private readonly int _grpcPort = FreePort();
    private Process? _sidecar;
    private Process? _worker;

    public Uri Grpc => new($"http://127.0.0.1:{_grpcPort}");

    public void StartSidecar() => _sidecar = Start("dotnet",
    [
        Path.Combine(AppContext.BaseDirectory, "SmsDapr.Sidecar.dll"),
        "--app-id", "victim", "--dapr-http-port", $"{_httpPort}", "--dapr-grpc-port", $"{_grpcPort}",
        "--resources-path", _directory, "--data-dir", Path.Combine(_directory, "data"),
    ]);

    public void StartWorker() =>
        _worker = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? Start(Environment.ProcessPath!, [typeof(Victims).Assembly.Location])
            : Start(Environment.ProcessPath!, []);

    public async Task KillSidecarAsync()
    {
        await KillAsync(_sidecar!);
        StartSidecar();
    }

    /// <summary>Lets the sidecar's writes to files fail, as a full disk does, until there is room again.</summary>
    public async Task FillDiskAsync(bool full)
    {
        using var limit = Process.Start("prlimit", ["--pid", $"{_sidecar!.Id}", full ? "--fsize=0:" : "--fsize=unlimited:"]);
        await limit.WaitForExitAsync(TestContext.Current.CancellationToken);
        limit.ExitCode.ShouldBe(0);
    }

    public async Task KillWorkerAsync()
    {
        await KillAsync(_worker!);
        StartWorker();
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
            await KillAsync(_worker);
        if (_sidecar is not null)
            await KillAsync(_sidecar);
        Directory.Delete(_directory, recursive: true);
    }

    private Process Start(string program, string[] arguments)
    {
        // Their output goes nowhere: nobody reads it, and a full pipe would stop them. A write beyond the limit fails instead of ending them.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "trap '' XFSZ; exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { RedirectStandardInput = true };
        start.Environment[WorkerProcess.EndpointVariable] = Grpc.ToString();
        return Process.Start(start)!;
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
