using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace SmsDapr.Sidecar.Api;

/// <summary>A refusal in daprd's own words: one gRPC code, one HTTP status, one error code.</summary>
internal sealed class DaprErrorException(
    StatusCode code,
    int httpStatus,
    string errorCode,
    string message,
    string? reason = null,
    (string Type, string Name)? resource = null) : Exception(message)
{
    private const string ErrorDomain = "dapr.io";

    public int HttpStatus => httpStatus;

    public string ErrorCode => errorCode;

    public StatusCode Code => code;

    public object ToBody() => reason is null
        ? new { errorCode, message = Message }
        : new { errorCode, message = Message, details = Details() };

    public RpcException ToRpcException()
    {
        if (reason is null)
            return new RpcException(new Grpc.Core.Status(code, Message));

        var status = new Google.Rpc.Status { Code = (int)code, Message = Message };
        status.Details.Add(Any.Pack(new ErrorInfo { Domain = ErrorDomain, Reason = reason }));
        if (resource is { } named)
            status.Details.Add(Any.Pack(new ResourceInfo { ResourceType = named.Type, ResourceName = named.Name }));
        return new RpcException(
            new Grpc.Core.Status(code, Message),
            new Metadata { { "grpc-status-details-bin", status.ToByteArray() } });
    }

    private IEnumerable<Dictionary<string, string>> Details()
    {
        yield return new Dictionary<string, string>
        {
            ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
            ["domain"] = ErrorDomain,
            ["reason"] = reason!,
        };
        if (resource is { } named)
        {
            yield return new Dictionary<string, string>
            {
                ["@type"] = "type.googleapis.com/google.rpc.ResourceInfo",
                ["resource_type"] = named.Type,
                ["resource_name"] = named.Name,
            };
        }
    }
}
