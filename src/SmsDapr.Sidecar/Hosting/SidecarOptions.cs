namespace SmsDapr.Sidecar.Hosting;

/// <summary>What a sidecar is started with; the names follow daprd's options.</summary>
public sealed record SidecarOptions
{
    public required string AppId { get; init; }

    /// <summary>Port of the application's channel; null: no application to call.</summary>
    public int? AppPort { get; init; }

    public string AppChannelAddress { get; init; } = "127.0.0.1";

    /// <summary>0 takes a free port.</summary>
    public int HttpPort { get; init; } = 3500;

    /// <summary>0 takes a free port.</summary>
    public int GrpcPort { get; init; } = 50001;

    /// <summary>Directories with component files, not searched recursively.</summary>
    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    /// <summary>Dapr Configuration files.</summary>
    public IReadOnlyList<string> ConfigPaths { get; init; } = [];

    /// <summary>Where workflow history lives, and what relative paths of embedded databases start from.</summary>
    public string DataDirectory { get; init; } = ".data";

    /// <summary>Largest gRPC or HTTP body in bytes (daprd's <c>--max-body-size</c>).</summary>
    public int MaxBodySize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Token that every API call must carry in <c>dapr-api-token</c>; null: none.</summary>
    public string? ApiToken { get; init; } = NullIfEmpty(Environment.GetEnvironmentVariable("DAPR_API_TOKEN"));

    /// <summary>Token that the sidecar sends to the application in <c>dapr-api-token</c>; null: none.</summary>
    public string? AppApiToken { get; init; } = NullIfEmpty(Environment.GetEnvironmentVariable("APP_API_TOKEN"));

    private static string? NullIfEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
