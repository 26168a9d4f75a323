using System.CommandLine;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Cli;

/// <summary>daprd's option names, and <c>-- command</c> as the dapr CLI has it.</summary>
internal static class SidecarCommand
{
    private static readonly Option<string> AppId = new("--app-id") { Description = "Name of the application", DefaultValueFactory = _ => "app" };
    private static readonly Option<int?> AppPort = new("--app-port") { Description = "Port that the application listens on" };
    private static readonly Option<string> AppChannelAddress = new("--app-channel-address") { Description = "Address that the application listens on", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<int> HttpPort = new("--dapr-http-port") { Description = "HTTP API port; 0 takes a free one", DefaultValueFactory = _ => 3500 };
    private static readonly Option<int> GrpcPort = new("--dapr-grpc-port") { Description = "gRPC API port; 0 takes a free one", DefaultValueFactory = _ => 50001 };
    private static readonly Option<string[]> ResourcesPath = new("--resources-path", "--components-path") { Description = "Directory with resource files; may be repeated" };
    private static readonly Option<string[]> Config = new("--config") { Description = "Dapr Configuration file, of which spec.workflow is used; may be repeated" };
    private static readonly Option<string> DataDirectory = new("--data-dir") { Description = "Where workflow history and embedded databases live", DefaultValueFactory = _ => ".data" };
    private static readonly Option<int> MaxBodySize = new("--max-body-size")
    {
        Description = "Largest request body, in bytes or with a unit (4Mi)",
        CustomParser = ByteSize.Parse,
        DefaultValueFactory = _ => 4 * 1024 * 1024,
    };

    /// <summary>Everything after <c>--</c> starts the application; it is split off first, so that a misspelt option is not taken for it.</summary>
    public static ParseResult Parse(string[] args)
    {
        var separator = Array.IndexOf(args, "--");
        return separator < 0 ? Create([]).Parse(args) : Create(args[(separator + 1)..]).Parse(args[..separator]);
    }

    private static RootCommand Create(string[] command)
    {
        var root = new RootCommand("Embedded Dapr-compatible sidecar for development: [options] [-- command that starts the application]")
        {
            AppId, AppPort, AppChannelAddress, HttpPort, GrpcPort, ResourcesPath, Config, DataDirectory, MaxBodySize,
        };
        root.Validators.Add(result =>
        {
            foreach (var (name, port) in new[] { ("--app-port", result.GetValue(AppPort)), ("--dapr-http-port", result.GetValue(HttpPort)), ("--dapr-grpc-port", result.GetValue(GrpcPort)) })
            {
                if (port is < 0 or > 65535)
                    result.AddError($"{name}: {port} is not a port");
            }
        });
        root.SetAction((result, cancellationToken) =>
        {
            var options = new SidecarOptions
            {
                AppId = result.GetValue(AppId)!,
                AppPort = result.GetValue(AppPort),
                AppChannelAddress = result.GetValue(AppChannelAddress)!,
                HttpPort = result.GetValue(HttpPort),
                GrpcPort = result.GetValue(GrpcPort),
                ResourcesPaths = result.GetValue(ResourcesPath) ?? [],
                ConfigPaths = result.GetValue(Config) ?? [],
                DataDirectory = result.GetValue(DataDirectory)!,
                MaxBodySize = result.GetValue(MaxBodySize),
            };
            return SidecarRun.RunAsync(options, command, Console.Error, cancellationToken);
        });
        return root;
    }
}
