using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.State;

/// <summary>State over HTTP.</summary>
internal static class StateHttp
{
    private static readonly string[] PostOrPut = ["POST", "PUT"];

    public static void MapState(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1.0/state/{store}/{*key}", GetAsync);
        routes.MapDelete("/v1.0/state/{store}/{*key}", DeleteAsync);
        routes.MapMethods("/v1.0/state/{store}", PostOrPut, SaveAsync);
        routes.MapMethods("/v1.0/state/{store}/bulk", PostOrPut, GetBulkAsync);
        routes.MapMethods("/v1.0/state/{store}/transaction", PostOrPut, TransactAsync);
    }

    private static async Task<Results<FileContentHttpResult, NoContent>> GetAsync(
        string store, string key, StateBlock state, HttpResponse response, CancellationToken cancellationToken)
    {
        var value = await state.GetAsync(store, key, cancellationToken);
        if (value is null)
            return TypedResults.NoContent();
        response.Headers.ETag = value.ETag;
        if (TimeToLive.Describe(value) is { } expiry)
            response.Headers[$"metadata.{TimeToLive.ExpiryKey}"] = expiry;
        return TypedResults.Bytes(value.Data, "application/json");
    }

    private static async Task<NoContent> DeleteAsync(string store, string key, StateBlock state, HttpRequest request, CancellationToken cancellationToken)
    {
        var etag = request.Headers.IfMatch.ToString();
        var concurrency = request.Query["concurrency"].ToString();
        var delete = new StateWrite(key, null, etag.Length == 0 ? null : etag, concurrency == HttpStateItem.FirstWrite, null)
        {
            LastWrite = concurrency == HttpStateItem.LastWrite,
        };
        await state.WriteAsync(store, [delete], StateBlock.DeleteCode, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> SaveAsync(string store, StateBlock state, HttpRequest request, CancellationToken cancellationToken)
    {
        var items = await JsonBody.ReadAsync<HttpStateItem[]>(request, cancellationToken);
        StateWrite[] writes = [.. items.Select(item => item.ToUpsert(store))];
        await state.WriteAsync(store, writes, StateBlock.SaveCode, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<JsonHttpResult<JsonArray>> GetBulkAsync(string store, StateBlock state, HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<HttpBulkGet>(request, cancellationToken);
        var answer = new JsonArray();
        foreach (var (key, value, problem) in await state.GetManyAsync(store, body.Keys, cancellationToken))
        {
            var item = new JsonObject { ["key"] = key };
            if (problem is not null)
                item["error"] = problem;
            if (value is not null)
            {
                item["data"] = ToJson(value.Data);
                item["etag"] = value.ETag;
                if (TimeToLive.Describe(value) is { } expiry)
                    item["metadata"] = new JsonObject { [TimeToLive.ExpiryKey] = expiry };
            }

            answer.Add(item);
        }

        return TypedResults.Json(answer);
    }

    private static async Task<NoContent> TransactAsync(string store, StateBlock state, HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<HttpTransaction>(request, cancellationToken);
        StateWrite[] writes = [.. body.Operations.Select(operation => operation.Operation switch
        {
            "upsert" => operation.Request.ToUpsert(store),
            "delete" => operation.Request.ToDelete(),
            var other => throw StateErrors.UnknownOperation(other),
        })];
        await state.TransactAsync(store, writes, cancellationToken);
        return TypedResults.NoContent();
    }

    private static JsonNode? ToJson(ReadOnlyMemory<byte> data)
    {
        try
        {
            return JsonNode.Parse(data.Span);
        }
        catch (JsonException)
        {
            // What is not JSON travels inside JSON as base64, as in daprd.
            return Convert.ToBase64String(data.Span);
        }
    }
}
