using System.Text.Json;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>The application's answer to a bulk delivery: <c>{"statuses":[{"entryId","status"}]}</c>. Unlike with single events, silence is no success.</summary>
internal static class BulkAnswer
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Dictionary<string, DeliveryOutcome> Read(byte[] body)
    {
        try
        {
            var outcomes = new Dictionary<string, DeliveryOutcome>(StringComparer.Ordinal);
            foreach (var status in JsonSerializer.Deserialize<Body>(body, Json)?.Statuses ?? [])
            {
                outcomes[status.EntryId ?? ""] = status.Status switch
                {
                    "SUCCESS" => DeliveryOutcome.Success,
                    "DROP" => DeliveryOutcome.Drop,
                    _ => DeliveryOutcome.Retry,
                };
            }

            return outcomes;
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private sealed record Body(EntryStatus[]? Statuses);

    private sealed record EntryStatus(string? EntryId, string? Status);
}
