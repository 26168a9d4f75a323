using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.Bindings;

internal static class BindingsHttp
{
    private static readonly string[] PostOrPut = ["POST", "PUT"];

    public static void MapBindings(this IEndpointRouteBuilder routes) => routes.MapMethods("/v1.0/bindings/{name}", PostOrPut, InvokeAsync);

    private static async Task<Results<FileContentHttpResult, NoContent>> InvokeAsync(
        string name, BindingsApi bindings, HttpRequest request, HttpResponse response, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<HttpBindingRequest>(request, cancellationToken);
        var data = body.Data.ValueKind == JsonValueKind.Undefined ? [] : JsonBody.ToBytes(body.Data);
        var answer = await bindings.InvokeAsync(name, new BindingRequest(body.Operation, data, body.Metadata ?? []), cancellationToken);
        foreach (var (key, value) in answer.Metadata)
            response.Headers[$"metadata.{key}"] = value;
        return answer.Data.IsEmpty ? TypedResults.NoContent() : TypedResults.Bytes(answer.Data, "application/json");
    }
}

internal sealed record HttpBindingRequest(string Operation, JsonElement Data = default, Dictionary<string, string>? Metadata = null);
