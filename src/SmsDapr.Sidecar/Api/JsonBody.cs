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
