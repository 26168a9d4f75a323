using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SmsDapr.Local;

/// <summary>What the one-command host is started with.</summary>
internal sealed record LocalOptions
{
    public required Uri ServiceUrl { get; init; }

    public required int DaprHttpPort { get; init; }

    public required int DaprGrpcPort { get; init; }

    public required int SimulatorPort { get; init; }

    public required string ResourcesPath { get; init; }

    public required string DataDirectory { get; init; }

    public required bool Demo { get; init; }

    public required bool Simulators { get; init; }

    /// <summary>Where the virtual clock starts; null: the real one.</summary>
    public required DateTimeOffset? VirtualClock { get; init; }
}

/// <summary>The command line; runs what it describes, or answers with one clear line and a non-zero exit code.</summary>
internal static class LocalCommand
{
    public static RootCommand Create(Func<LocalOptions, CancellationToken, Task<int>> run)
    {
        var urls = new Option<Uri>("--urls")
        {
            Description = "Address of the service",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:5080"),
            CustomParser = ParseUrl,
        };
        var daprHttpPort = Port("--dapr-http-port", 3500, "HTTP port of the embedded sidecar");
        var daprGrpcPort = Port("--dapr-grpc-port", 50001, "gRPC port of the embedded sidecar");
        var simulatorPort = Port("--simulator-port", 5090, "Port of the Twilio simulator");
        var resourcesPath = new Option<string>("--resources-path")
        {
            Description = "Directory with Dapr component files",
            DefaultValueFactory = _ => Path.Combine("components", "embedded"),
        };
        var dataDirectory = new Option<string>("--data-dir")
        {
            Description = "Where everything that must survive a restart is kept",
            DefaultValueFactory = _ => ".data",
        };
        var noDemo = new Option<bool>("--no-demo") { Description = "Start without the demo user and its message" };
        var noSimulators = new Option<bool>("--no-simulators")
        {
            Description = "Talk to the providers that Twilio__BaseUrl and GoogleCalendar__BaseUrl name",
        };
        var virtualClock = new Option<DateTimeOffset?>("--virtual-clock")
        {
            Description = "Start a clock at this instant that moves only through POST /_test/clock/advance (for tests)",
            CustomParser = ParseInstant,
        };

        var command = new RootCommand("SmsDapr on one machine: embedded sidecar, service, simulators and a demo.")
        {
            urls, daprHttpPort, daprGrpcPort, simulatorPort, resourcesPath, dataDirectory, noDemo, noSimulators, virtualClock,
        };
        command.SetAction((result, cancellation) => run(
            new LocalOptions
            {
                ServiceUrl = result.GetRequiredValue(urls),
                DaprHttpPort = result.GetValue(daprHttpPort),
                DaprGrpcPort = result.GetValue(daprGrpcPort),
                SimulatorPort = result.GetValue(simulatorPort),
                ResourcesPath = result.GetRequiredValue(resourcesPath),
                DataDirectory = result.GetRequiredValue(dataDirectory),
                Demo = !result.GetValue(noDemo),
                Simulators = !result.GetValue(noSimulators),
                VirtualClock = result.GetValue(virtualClock),
            },
            cancellation));
        return command;
    }

    private static Option<int> Port(string name, int standard, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is < 0 or > 65535)
            {
                result.AddError($"{name}: a port is a number from 0 (any free one) to 65535.");
            }
        });
        return option;
    }

    private static Uri? ParseUrl(ArgumentResult result)
    {
        var text = result.Tokens[0].Value.TrimEnd('/');
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.AbsolutePath == "/")
        {
            return url;
        }

        result.AddError($"--urls: '{text}' is not one address such as http://127.0.0.1:5080.");
        return null;
    }

    private static DateTimeOffset? ParseInstant(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            return instant.ToUniversalTime();
        }

        result.AddError($"--virtual-clock: '{text}' is not an instant such as 2026-03-07T21:00:00Z.");
        return null;
    }
}
