namespace SmsDapr.Service.Hosting.Options;

/// <summary>The sidecar's address and the names of its components.</summary>
public sealed record DaprOptions
{
    public required Uri GrpcEndpoint { get; init; }

    public required Uri HttpEndpoint { get; init; }

    /// <summary>What the sidecar asks of its callers (<c>DAPR_API_TOKEN</c>).</summary>
    public string? ApiToken { get; init; }

    /// <summary>What the sidecar proves itself with towards the service (<c>APP_API_TOKEN</c>).</summary>
    public string? AppApiToken { get; init; }

    public required string StateStore { get; init; }

    public required string PubSub { get; init; }

    internal static DaprOptions Read(SettingsReader root)
    {
        var dapr = root.Section("Dapr");
        return new DaprOptions
        {
            GrpcEndpoint = Endpoint(root, "DAPR_GRPC_ENDPOINT", "DAPR_GRPC_PORT", 50001),
            HttpEndpoint = Endpoint(root, "DAPR_HTTP_ENDPOINT", "DAPR_HTTP_PORT", 3500),
            ApiToken = root.Text("DAPR_API_TOKEN"),
            AppApiToken = root.Text("APP_API_TOKEN"),
            StateStore = dapr.Text("StateStore", "statestore"),
            PubSub = dapr.Text("PubSub", "pubsub"),
        };
    }

    // The same keys and order as every Dapr client.
    private static Uri Endpoint(SettingsReader root, string addressKey, string portKey, int defaultPort) =>
        root.Address(addressKey) ?? new Uri($"http://127.0.0.1:{root.Number(portKey, defaultPort, 1, 65535)}");
}
