using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.State;

/// <summary>State over gRPC.</summary>
internal sealed class StateApi(StateBlock state) : IDaprApi<StateApi>
{
    public static void Bind(DaprMethods<StateApi> methods)
    {
        methods.Unary<GetStateRequest, GetStateResponse>("GetState", (api, request, call) => api.GetAsync(request, call.CancellationToken));
        methods.Unary<GetBulkStateRequest, GetBulkStateResponse>("GetBulkState", (api, request, call) => api.GetBulkAsync(request, call.CancellationToken));
        methods.Unary<SaveStateRequest, Empty>("SaveState", (api, request, call) => api.SaveAsync(request, call.CancellationToken));
        methods.Unary<DeleteStateRequest, Empty>("DeleteState", (api, request, call) => api.DeleteAsync(request, call.CancellationToken));
        methods.Unary<DeleteBulkStateRequest, Empty>("DeleteBulkState", (api, request, call) => api.DeleteBulkAsync(request, call.CancellationToken));
        methods.Unary<ExecuteStateTransactionRequest, Empty>("ExecuteStateTransaction", (api, request, call) => api.TransactAsync(request, call.CancellationToken));
    }

    private async Task<GetStateResponse> GetAsync(GetStateRequest request, CancellationToken cancellationToken)
    {
        var value = await state.GetAsync(request.StoreName, request.Key, cancellationToken);
        if (value is null)
            return new GetStateResponse();
        var response = new GetStateResponse { Data = UnsafeByteOperations.UnsafeWrap(value.Data), Etag = value.ETag };
        if (TimeToLive.Describe(value) is { } expiry)
            response.Metadata[TimeToLive.ExpiryKey] = expiry;
        return response;
    }

    private async Task<GetBulkStateResponse> GetBulkAsync(GetBulkStateRequest request, CancellationToken cancellationToken)
    {
        var response = new GetBulkStateResponse();
        foreach (var (key, value, problem) in await state.GetManyAsync(request.StoreName, request.Keys, cancellationToken))
        {
            var item = new BulkStateItem { Key = key, Error = problem ?? "" };
            if (value is not null)
            {
                item.Data = UnsafeByteOperations.UnsafeWrap(value.Data);
                item.Etag = value.ETag;
                if (TimeToLive.Describe(value) is { } expiry)
                    item.Metadata[TimeToLive.ExpiryKey] = expiry;
            }

            response.Items.Add(item);
        }

        return response;
    }

    private async Task<Empty> SaveAsync(SaveStateRequest request, CancellationToken cancellationToken)
    {
        StateWrite[] writes = [.. request.States.Select(item => ToWrite(item, JsonContent.Apply(item), request.StoreName))];
        await state.WriteAsync(request.StoreName, writes, StateBlock.SaveCode, cancellationToken);
        return new Empty();
    }

    private async Task<Empty> DeleteAsync(DeleteStateRequest request, CancellationToken cancellationToken)
    {
        var delete = new StateWrite(request.Key, null, ReadETag(request.Etag), IsFirstWrite(request.Options), null) { LastWrite = IsLastWrite(request.Options) };
        await state.WriteAsync(request.StoreName, [delete], StateBlock.DeleteCode, cancellationToken);
        return new Empty();
    }

    private async Task<Empty> DeleteBulkAsync(DeleteBulkStateRequest request, CancellationToken cancellationToken)
    {
        StateWrite[] deletes = [.. request.States.Select(item => ToWrite(item, null, request.StoreName))];
        await state.WriteAsync(request.StoreName, deletes, StateBlock.DeleteCode, cancellationToken);
        return new Empty();
    }

    private async Task<Empty> TransactAsync(ExecuteStateTransactionRequest request, CancellationToken cancellationToken)
    {
        StateWrite[] writes = [.. request.Operations.Select(operation => operation.OperationType switch
        {
            "upsert" => ToWrite(operation.Request, operation.Request.Value.Memory, request.StoreName),
            "delete" => ToWrite(operation.Request, null, request.StoreName),
            var other => throw StateErrors.UnknownOperation(other),
        })];
        await state.TransactAsync(request.StoreName, writes, cancellationToken);
        return new Empty();
    }

    private static StateWrite ToWrite(StateItem item, ReadOnlyMemory<byte>? value, string storeName) =>
        new(item.Key, value, ReadETag(item.Etag), IsFirstWrite(item.Options), TimeToLive.Read(item.Metadata, storeName)) { LastWrite = IsLastWrite(item.Options) };

    private static string? ReadETag(Etag? etag) => string.IsNullOrEmpty(etag?.Value) ? null : etag.Value;

    private static bool IsLastWrite(StateOptions? options) =>
        options?.Concurrency == StateOptions.Types.StateConcurrency.ConcurrencyLastWrite;

    private static bool IsFirstWrite(StateOptions? options) =>
        options?.Concurrency == StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite;
}
