using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>A start that cannot go on says why in one line and ends with a code that is not zero.</summary>
public sealed class StartScenarios
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string[], string> BadStarts => new()
    {
        { ["--bogus"], "--bogus" },
        { ["--virtual-clock", "yesterday"], "--virtual-clock" },
        { ["--urls", "not-an-address"], "--urls" },
        { ["--simulator-port", "70000"], "--simulator-port" },
        { ["--resources-path", "no/such/directory"], "no/such/directory" },
        { ["--no-simulators"], "Twilio:BaseUrl" },
    };

    [Theory]
    [MemberData(nameof(BadStarts))]
    public async Task A_wrong_option_ends_the_start_with_one_line_that_names_it(string[] arguments, string named)
    {
        var (code, lines) = await RunAsync(arguments, new Dictionary<string, string>());

        code.ShouldNotBe(0);
        lines.ShouldHaveSingleItem().ShouldContain(named);
    }

    [Fact]
    public async Task A_wrong_setting_ends_the_start_with_one_line_that_names_its_key_and_not_its_value()
    {
        var (code, lines) = await RunAsync([], new Dictionary<string, string> { ["Sms__DefaultQuietHours"] = "secret-nonsense" });

        code.ShouldNotBe(0);
        lines.ShouldHaveSingleItem().ShouldContain("Sms:DefaultQuietHours");
        lines[0].ShouldNotContain("secret-nonsense");
    }

    [Theory]
    [InlineData("--urls")]
    [InlineData("--dapr-http-port")]
    [InlineData("--dapr-grpc-port")]
    [InlineData("--simulator-port")]
    public async Task A_port_that_is_taken_ends_the_start_with_one_line_that_names_the_address(string option)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (code, lines) = await RunAsync([option, option == "--urls" ? $"http://127.0.0.1:{port}" : $"{port}"], new Dictionary<string, string>());

        code.ShouldNotBe(0);
        // A machine that is slow enough lets the sidecar ask the stranger on that port first, and warn that it does not answer.
        lines.Where(line => !line.StartsWith("warn:", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain($"127.0.0.1:{port}");
    }

    [Fact]
    public async Task A_data_directory_that_is_in_use_ends_the_start_with_one_line_that_names_it()
    {
        var directory = Directory.CreateTempSubdirectory("smsdapr-start-").FullName;
        try
        {
            await using var other = new FileStream(Path.Combine(directory, "lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

            var (code, lines) = await RunAsync(["--data-dir", directory], new Dictionary<string, string>());

            code.ShouldNotBe(0);
            lines.ShouldHaveSingleItem().ShouldContain(directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var data = Directory.CreateTempSubdirectory("smsdapr-start-").FullName;
        try
        {
            var start = new ProcessStartInfo("dotnet")
            {
                WorkingDirectory = LocalProcess.RepositoryRoot(),
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            string[] free = ["--urls", "http://127.0.0.1:0", "--dapr-http-port", "0", "--dapr-grpc-port", "0", "--simulator-port", "0", "--data-dir", data];
            foreach (var argument in Merge(free, arguments).Prepend(Path.Combine(AppContext.BaseDirectory, "SmsDapr.Local.dll")))
                start.ArgumentList.Add(argument);
            foreach (var (name, value) in environment)
                start.Environment[name] = value;

            using var process = Process.Start(start)!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            limit.CancelAfter(Limit);
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, (await output + await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The given options take the place of the standard ones of the same name.</summary>
    private static IEnumerable<string> Merge(string[] standard, string[] given)
    {
        for (var i = 0; i < standard.Length; i += 2)
        {
            if (!given.Contains(standard[i]))
            {
                yield return standard[i];
                yield return standard[i + 1];
            }
        }

        foreach (var argument in given)
            yield return argument;
    }
}
