using Grpc.Core;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.State;

/// <summary>daprd's answers to what goes wrong with state.</summary>
internal static class StateErrors
{
    private const string ResourceType = "state";

    public static DaprErrorException NotConfigured() => new(
        StatusCode.FailedPrecondition, StatusCodes.Status500InternalServerError, "ERR_STATE_STORE_NOT_CONFIGURED",
        "state store is not configured", "DAPR_STATE_NOT_CONFIGURED");

    public static DaprErrorException NotFound(string store) => new(
        StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "ERR_STATE_STORE_NOT_FOUND",
        $"state store {store} is not found", "DAPR_STATE_NOT_FOUND", (ResourceType, store));

    public static DaprErrorException IllegalKey(string store) => new(
        StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "ERR_STATE_STORE_ILLEGAL_KEY",
        $"input key can't contain '{KeyPrefix.Separator}'", "DAPR_STATE_ILLEGAL_KEY", (ResourceType, store));

    public static DaprErrorException EmptyKey() => new(
        StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "ERR_STATE_SAVE", "state key cannot be empty");

    public static DaprErrorException ReadFailed(string code, string store, string problem) =>
        Internal(code, $"fail to get state from state store {store}: {problem}");

    public static DaprErrorException WriteFailed(string code, string store, string problem) =>
        Internal(code, $"{Doing(code)} state in state store {store}: {problem}");

    public static DaprErrorException ETagMismatch(string code, string store) => new(
        StatusCode.Aborted, StatusCodes.Status409Conflict, code,
        $"{Doing(code)} state in state store {store}: possible etag mismatch. error from state store: the etag or the first-write condition does not hold");

    public static DaprErrorException ETagInvalid(string code, string store) => new(
        StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, code,
        $"{Doing(code)} state in state store {store}: invalid etag value");

    public static DaprErrorException TransactionFailed(string store, string problem) =>
        Internal("ERR_STATE_TRANSACTION", $"error while executing state transaction in state store {store}: {problem}");

    public static DaprErrorException UnknownOperation(string operation) => new(
        StatusCode.Unimplemented, StatusCodes.Status500InternalServerError, "ERR_NOT_SUPPORTED_STATE_OPERATION",
        $"operation type {operation} not supported");

    private static DaprErrorException Internal(string code, string message) =>
        new(StatusCode.Internal, StatusCodes.Status500InternalServerError, code, message);

    private static string Doing(string code) => code == StateBlock.DeleteCode ? "failed deleting" : "failed saving";
}
