namespace SmsDapr.Sidecar.Api;

/// <summary>Metadata in a query string: <c>?metadata.rawPayload=true</c>.</summary>
internal static class QueryMetadata
{
    private const string Prefix = "metadata.";

    public static Dictionary<string, string> Read(IQueryCollection query) => query
        .Where(parameter => parameter.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(parameter => parameter.Key[Prefix.Length..], parameter => parameter.Value.ToString(), StringComparer.OrdinalIgnoreCase);
}
