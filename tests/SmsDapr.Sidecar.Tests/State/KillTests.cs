using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace SmsDapr.Sidecar.Tests.State;

public sealed partial class KillTests : IDisposable
{
    private const int Callers = 16;
    private const int KillAfter = 500;

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Killed_between_two_writes_a_sidecar_has_lost_nothing_it_acknowledged()
    {
        _directory.Write("statestore.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: state.sqlite
              version: v1
              metadata:
                - name: connectionString
                  value: state.db
            """);

        var acknowledged = await WriteUntilKilledAsync();

        using var survivor = Start();
        using var http = await ConnectAsync(survivor);
        foreach (var (key, value) in acknowledged)
            (await http.GetStringAsync($"/v1.0/state/statestore/{key}", Cancellation)).ShouldBe($"{value}");
        await KillAsync(survivor);
    }

    private async Task<IReadOnlyDictionary<string, int>> WriteUntilKilledAsync()
    {
        var acknowledged = new ConcurrentDictionary<string, int>();
        using var victim = Start();
        using var http = await ConnectAsync(victim);
        var callers = Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (var number = 0; await TryWriteAsync(http, $"{caller}-{number}", number); number++)
            {
                acknowledged[$"{caller}-{number}"] = number;
                if (acknowledged.Count == KillAfter)
                    victim.Kill();
            }
        });
        await Task.WhenAll(callers);
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(KillAfter);
        return acknowledged;
    }

    private static async Task<bool> TryWriteAsync(HttpClient http, string key, int value)
    {
        try
        {
            return (await http.PostAsJsonAsync("/v1.0/state/statestore", new[] { new { key, value } }, Cancellation)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Process Start() => Process.Start(new ProcessStartInfo("dotnet",
    [
        Path.Combine(AppContext.BaseDirectory, "SmsDapr.Sidecar.dll"),
        "--dapr-http-port", "0", "--dapr-grpc-port", "0", "--resources-path", _directory.Path, "--data-dir", _directory.Path,
    ])
    { RedirectStandardOutput = true })!;

    private static async Task<HttpClient> ConnectAsync(Process sidecar)
    {
        while (await sidecar.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (HttpAddress().Match(line) is { Success: true } match)
                return new HttpClient { BaseAddress = new Uri(match.Groups[1].Value) };
        }

        throw new InvalidOperationException("The sidecar ended before it said where it answers.");
    }

    private static Task KillAsync(Process process)
    {
        process.Kill();
        return process.WaitForExitAsync(Cancellation);
    }

    [GeneratedRegex(@"HTTP (http://[\d.]+:\d+/)")]
    private static partial Regex HttpAddress();
}
