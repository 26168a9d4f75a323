using System.Text.Encodings.Web;
using System.Text.Json;
using Grpc.Core;

namespace SmsDapr.Sidecar.Api;

/// <summary>Reads request bodies as JSON whatever their content type says, as daprd does.</summary>
internal static class JsonBody
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    // As compact as daprd's own, and text stays text: no \u escapes for what is not ASCII.
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] ToBytes(JsonElement value) => JsonSerializer.SerializeToUtf8Bytes(value, Compact);

    public static async Task<TBody> ReadAsync<TBody>(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<TBody>(request.Body, Options, cancellationToken) ?? throw Malformed("the body is null");
        }
        catch (JsonException malformed)
        {
            throw Malformed($"{malformed.Path}, line {malformed.LineNumber + 1}");
        }
    }

    public static DaprErrorException Malformed(string problem) => new(
        StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "ERR_MALFORMED_REQUEST", $"failed deserializing HTTP body: {problem}");
}
