using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.State;

/// <summary>An item whose <c>contentType</c> says that it is JSON is read as JSON before it is stored, and so is compact afterwards.</summary>
internal static class JsonContent
{
    private const string MetadataKey = "contentType";
    private const string Json = "application/json";

    public static ReadOnlyMemory<byte> Apply(StateItem item)
    {
        if (item.Metadata.GetValueOrDefault(MetadataKey) != Json)
            return item.Value.Memory;
        try
        {
            using var document = JsonDocument.Parse(item.Value.Memory);
            return JsonBody.ToBytes(document.RootElement);
        }
        catch (JsonException)
        {
            // daprd passes its parser's error on as it is, which makes it an unknown one.
            throw new DaprErrorException(StatusCode.Unknown, StatusCodes.Status500InternalServerError, StateBlock.SaveCode, "the value is not JSON, though its contentType says so");
        }
    }
}
