using System.Collections.Concurrent;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Workflows;

namespace SmsDapr.Sidecar.Hosting;

/// <summary>What the sidecar has loaded, over gRPC and HTTP, and the call that stops it.</summary>
internal sealed class MetadataApi(
    SidecarOptions options,
    ComponentRegistry components,
    IEnumerable<IMetadataSource> sources,
    WorkflowEngine engine,
    IHostApplicationLifetime lifetime) : IDaprApi<MetadataApi>
{
    private const string RuntimeVersion = "1.18.3";

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    private readonly ConcurrentDictionary<string, string> _extended = new(StringComparer.Ordinal);

    public static void Bind(DaprMethods<MetadataApi> methods)
    {
        methods.Unary<GetMetadataRequest, GetMetadataResponse>("GetMetadata", (api, _, _) => Task.FromResult(api.Describe()));
        methods.Unary<SetMetadataRequest, Empty>("SetMetadata", (api, request, _) =>
        {
            api._extended[request.Key] = request.Value;
            return Task.FromResult(new Empty());
        });
        methods.Unary<ShutdownRequest, Empty>("Shutdown", (api, _, _) =>
        {
            api.Stop();
            return Task.FromResult(new Empty());
        });
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1.0/metadata", (MetadataApi api) => TypedResults.Text(ToHttpJson(api.Describe()), "application/json"));
        routes.MapPut("/v1.0/metadata/{key}", async (string key, MetadataApi api, HttpRequest request, CancellationToken cancellationToken) =>
        {
            using var reader = new StreamReader(request.Body);
            api._extended[key] = await reader.ReadToEndAsync(cancellationToken);
            return TypedResults.NoContent();
        });
        routes.MapPost("/v1.0/shutdown", (MetadataApi api) =>
        {
            api.Stop();
            return TypedResults.NoContent();
        });
    }

    private void Stop() => lifetime.StopApplication();

    private GetMetadataResponse Describe()
    {
        var response = new GetMetadataResponse
        {
            Id = options.AppId,
            RuntimeVersion = RuntimeVersion,
            Workflows = new MetadataWorkflows { ConnectedWorkers = engine.ConnectedWorkers },
        };
        if (options.AppPort is { } port)
            response.AppConnectionProperties = new AppConnectionProperties { Port = port, Protocol = "http", ChannelAddress = options.AppChannelAddress };
        foreach (var (spec, instance) in components.All)
        {
            var registered = new RegisteredComponents { Name = spec.Name, Type = spec.Type, Version = spec.Version };
            registered.Capabilities.AddRange(instance.Capabilities);
            response.RegisteredComponents.Add(registered);
        }

        response.ExtendedMetadata.Add(_extended);
        foreach (var source in sources)
            source.Describe(response);
        return response;
    }

    // The HTTP form calls some parts by other names than the message does, and a subscription's rules lie one level higher.
    private static string ToHttpJson(GetMetadataResponse metadata)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(Formatter.Format(metadata))!.AsObject();
        Rename(json, "registeredComponents", "components");
        Rename(json, "extendedMetadata", "extended");
        Rename(json, "activeActorsCount", "actors");
        foreach (var subscription in json["subscriptions"]?.AsArray().OfType<System.Text.Json.Nodes.JsonObject>() ?? [])
        {
            Rename(subscription, "pubsubName", "pubsubname");
            if (subscription["rules"]?["rules"] is { } rules)
                subscription["rules"] = rules.DeepClone();
        }

        return json.ToJsonString();
    }

    private static void Rename(System.Text.Json.Nodes.JsonObject json, string from, string to)
    {
        if (!json.Remove(from, out var value))
            return;
        json.Remove(to);
        json[to] = value;
    }
}

/// <summary>A building block's own share of the metadata.</summary>
internal interface IMetadataSource
{
    void Describe(GetMetadataResponse metadata);
}
