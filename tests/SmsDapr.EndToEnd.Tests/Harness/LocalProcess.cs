using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>
/// SmsDapr.Local as its users run it: a process of its own, driven over HTTP. Killing it is SIGKILL; starting it again keeps
/// its ports and its data.
/// </summary>
public sealed class LocalProcess : IAsyncDisposable
{
    public const string AdminKey = "dev-admin-key";
    public const string UserKey = "dev-user-key";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private readonly string _dataDirectory = Directory.CreateTempSubdirectory("smsdapr-e2e-").FullName;
    private readonly StringBuilder _output = new();
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly int[] _ports = FreePorts(4);
    private Process? _process;

    public LocalProcess(IReadOnlyDictionary<string, string>? environment = null)
    {
        _environment = environment ?? new Dictionary<string, string>();
        Api = Client(_ports[0], AdminKey);
        Sidecar = Client(_ports[1], null);
        Simulator = Client(_ports[3], null);
    }

    /// <summary>The service, called with the admin key.</summary>
    public HttpClient Api { get; }

    public HttpClient Sidecar { get; }

    public HttpClient Simulator { get; }

    public Uri ServiceUrl => new($"http://127.0.0.1:{_ports[0]}");

    public Uri SidecarGrpcUrl => new($"http://127.0.0.1:{_ports[2]}");

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>What the process has used of the processors since it was started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public HttpClient ApiAs(string? key) => Client(_ports[0], key);

    /// <summary>Starts the process and waits until it is ready; without a clock it runs on real time.</summary>
    public Task StartAsync(DateTimeOffset? clock, CancellationToken cancellation, params string[] more) =>
        StartAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "SmsDapr.Local.dll"), .. Options(clock), "--no-demo", .. more], cancellation);

    /// <summary>
    /// Starts it with the README's command (and free ports), demo included, in a process group of its own as a terminal does. What these tests run
    /// was just built, so it is not built again.
    /// </summary>
    public Task StartByCommandAsync(CancellationToken cancellation)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        string[] run = ["dotnet", "run", "--no-build", "-c", configuration, "--project", "src/SmsDapr.Local", "--", .. Options(clock: null)];

        // A shell that runs the tests in the background ignores SIGINT, and so would everything below it.
        return StartAsync("env", ["--default-signal=INT", "setsid", .. run], cancellation);
    }

    private async Task StartAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = RepositoryRoot(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ReadyAsync(cancellation);
    }

    /// <summary>Ctrl+C: SIGINT to the process group of a start by command. Answers the exit code.</summary>
    public async Task<int> InterruptAsync(CancellationToken cancellation)
    {
        using (var kill = Process.Start("kill", ["-INT", "--", $"-{_process!.Id}"]))
            await kill.WaitForExitAsync(cancellation);
        await _process.WaitForExitAsync(cancellation);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    /// <summary>kill -9, and wait until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(cancellation);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync(CancellationToken.None);
        }

        Api.Dispose();
        Sidecar.Dispose();
        Simulator.Dispose();
        Directory.Delete(_dataDirectory, recursive: true);
    }

    private string[] Options(DateTimeOffset? clock)
    {
        string[] options =
        [
            "--urls", ServiceUrl.ToString(),
            "--dapr-http-port", $"{_ports[1]}",
            "--dapr-grpc-port", $"{_ports[2]}",
            "--simulator-port", $"{_ports[3]}",
            "--data-dir", _dataDirectory,
        ];
        return clock is { } at ? [.. options, "--virtual-clock", at.UtcDateTime.ToString("O")] : options;
    }

    private async Task ReadyAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"SmsDapr.Local ended with {_process.ExitCode}:\n{Output}");
            }

            try
            {
                using var response = await Api.GetAsync(new Uri("/readyz", UriKind.Relative), cancellation);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet; the limit below ends the wait.
            }

            if (Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new TimeoutException($"SmsDapr.Local was not ready in time:\n{Output}");
            }

            using var pause = new PeriodicTimer(Glance);
            await pause.WaitForNextTickAsync(cancellation);
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }

    private static HttpClient Client(int port, string? key)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(90) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        return client;
    }

    public static int FreePort() => FreePorts(1)[0];

    // Below the range that the kernel takes the ports of outgoing connections from: else one of them could have a port between its choice and its use.
    private const int FirstPort = 20_000;
    private const int Ports = 12_000;

    private static int _portsTaken = Environment.ProcessId * 64 % Ports;

    private static int[] FreePorts(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            var port = FirstPort + (Interlocked.Increment(ref _portsTaken) & int.MaxValue) % Ports;
            if (IsFree(port))
                ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "SmsDapr.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("SmsDapr.sln was not found above the tests.");
    }
}
