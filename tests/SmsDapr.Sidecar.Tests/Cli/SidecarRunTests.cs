using System.Net;
using System.Net.Sockets;
using SmsDapr.Sidecar.Cli;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Tests.Cli;

public sealed class SidecarRunTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _errors = new();

    public void Dispose()
    {
        _errors.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_taken_port_ends_with_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var code = await RunAsync(Options with { HttpPort = port });

        code.ShouldBe(1);
        SingleLine().ShouldContain($"127.0.0.1:{port}");
    }

    [Theory]
    [InlineData("kind: [", "malformed YAML")]
    [InlineData("kind: Component\nmetadata:\n  name: x\nspec:\n  type: state.cassandra\n  version: v1\n", "no component type 'state.cassandra/v1'")]
    [InlineData("kind: Component\nmetadata:\n  name: x\nspec:\n  type: state.sqlite\n  version: v1\n", "required metadata 'connectionString' is missing")]
    [InlineData("kind: Component\nmetadata:\n  name: x\nspec:\n  type: secretstores.local.file\n  version: v1\n  metadata:\n    - name: secretsFile\n      value: none.json\n", "cannot be read")]
    [InlineData("kind: Component\nmetadata:\n  name: x\nspec:\n  type: bindings.cron\n  version: v1\n  metadata:\n    - name: schedule\n      value: often\n", "is not a cron schedule")]
    public async Task A_resource_at_fault_ends_with_one_line_that_names_the_file(string yaml, string problem)
    {
        var file = _directory.Write("resource.yaml", yaml);

        var code = await RunAsync(Options);

        code.ShouldBe(1);
        var line = SingleLine();
        line.ShouldContain(file);
        line.ShouldContain(problem);
    }

    [Fact]
    public async Task A_component_that_may_be_ignored_does_not_end_the_start()
    {
        _directory.Write("resource.yaml", """
            kind: Component
            metadata:
              name: x
            spec:
              type: secretstores.local.file
              version: v1
              ignoreErrors: true
              metadata:
                - name: secretsFile
                  value: none.json
            """);

        (await RunAsync(Options, "true")).ShouldBe(0);
    }

    [Fact]
    public async Task The_command_gets_its_ports_and_its_exit_code_is_the_result()
    {
        var file = Path.Combine(_directory.Path, "environment");

        var code = await RunAsync(Options with { AppPort = 1234 }, "sh", "-c", $"echo $APP_ID $APP_PORT $DAPR_HTTP_PORT $DAPR_GRPC_PORT > {file}; exit 3");

        code.ShouldBe(3);
        var values = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Split();
        values[..2].ShouldBe(["app", "1234"]);
        int.Parse(values[2]).ShouldBeGreaterThan(0);
        int.Parse(values[3]).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_ends_with_one_line()
    {
        (await RunAsync(Options, "no-such-program-anywhere")).ShouldBe(1);

        SingleLine().ShouldContain("no-such-program-anywhere");
    }

    [Fact]
    public void An_unknown_option_is_refused() => SidecarCommand.Parse(["--no-such-option", "x"]).Errors.ShouldNotBeEmpty();

    [Fact]
    public void Options_after_the_separator_belong_to_the_command() => SidecarCommand.Parse(["--app-id", "x", "--", "dotnet", "--version"]).Errors.ShouldBeEmpty();

    [Theory]
    [InlineData("4Mi", true)]
    [InlineData("1024", true)]
    [InlineData("4 apples", false)]
    public void Body_sizes_take_units(string size, bool valid) =>
        (SidecarCommand.Parse(["--max-body-size", size]).Errors.Count == 0).ShouldBe(valid);

    private SidecarOptions Options => new()
    {
        AppId = "app",
        HttpPort = 0,
        GrpcPort = 0,
        ResourcesPaths = [_directory.Path],
        DataDirectory = _directory.Path,
    };

    private Task<int> RunAsync(SidecarOptions options, params string[] command) =>
        SidecarRun.RunAsync(options, command, _errors, TestContext.Current.CancellationToken);

    private string SingleLine()
    {
        var text = _errors.ToString().TrimEnd('\n');
        text.ShouldNotContain("\n");
        return text;
    }
}
