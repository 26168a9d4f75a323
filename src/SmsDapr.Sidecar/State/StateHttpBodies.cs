using System.Text.Json;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.State;

internal sealed record HttpBulkGet(string[] Keys);

internal sealed record HttpTransaction(HttpTransactionOperation[] Operations);

internal sealed record HttpTransactionOperation(string Operation, HttpStateItem Request);

internal sealed record HttpStateItem(
    string Key,
    JsonElement Value = default,
    string? Etag = null,
    Dictionary<string, string>? Metadata = null,
    HttpStateOptions? Options = null)
{
    public const string FirstWrite = "first-write";
    public const string LastWrite = "last-write";

    public StateWrite ToUpsert(string store)
    {
        var value = Value.ValueKind == JsonValueKind.Undefined ? "null"u8.ToArray() : JsonBody.ToBytes(Value);
        return ToDelete() with { Value = value, TimeToLive = TimeToLive.Read(Metadata ?? [], store) };
    }

    public StateWrite ToDelete() =>
        new(Key, null, string.IsNullOrEmpty(Etag) ? null : Etag, Options?.Concurrency == FirstWrite, null) { LastWrite = Options?.Concurrency == LastWrite };
}

internal sealed record HttpStateOptions(string? Concurrency = null);
