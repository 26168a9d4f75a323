using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.State;

/// <summary>Shorthand for state calls against the store under test; each test has keys of its own.</summary>
public abstract class StateTests(SidecarFixture sidecar) : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected SidecarFixture Sidecar => sidecar;

    public async ValueTask InitializeAsync() => await sidecar.RequireAsync(SidecarFixture.StateStore, "state.");

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected static string NewKey() => $"key-{Guid.NewGuid():N}";

    protected static StateItem Item(string key, string value, string? etag = null, bool firstWrite = false)
    {
        var item = new StateItem { Key = key, Value = ByteString.CopyFromUtf8(value) };
        if (etag is not null)
            item.Etag = new Etag { Value = etag };
        if (firstWrite)
            item.Options = new StateOptions { Concurrency = StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite };
        return item;
    }

    protected async Task SaveAsync(params StateItem[] items) =>
        await sidecar.Grpc.SaveStateAsync(new SaveStateRequest { StoreName = SidecarFixture.StateStore, States = { items } }, cancellationToken: Cancellation);

    protected async Task<GetStateResponse> GetAsync(string key) =>
        await sidecar.Grpc.GetStateAsync(new GetStateRequest { StoreName = SidecarFixture.StateStore, Key = key }, cancellationToken: Cancellation);

    protected async Task DeleteAsync(string key, string? etag = null)
    {
        var request = new DeleteStateRequest { StoreName = SidecarFixture.StateStore, Key = key };
        if (etag is not null)
            request.Etag = new Etag { Value = etag };
        await sidecar.Grpc.DeleteStateAsync(request, cancellationToken: Cancellation);
    }

    protected async Task TransactAsync(params (string Type, StateItem Item)[] operations)
    {
        var request = new ExecuteStateTransactionRequest { StoreName = SidecarFixture.StateStore };
        request.Operations.AddRange(operations.Select(operation => new TransactionalStateOperation { OperationType = operation.Type, Request = operation.Item }));
        await sidecar.Grpc.ExecuteStateTransactionAsync(request, cancellationToken: Cancellation);
    }

    protected async Task<string> StoreTypeAsync() => (await sidecar.TypeOfAsync(SidecarFixture.StateStore))!;

    protected async Task<bool> IsRedisAsync() => await StoreTypeAsync() == "state.redis";

    /// <summary>The code of a refused call.</summary>
    protected static async Task<StatusCode> RefusalAsync(Func<Task> call) => (await Should.ThrowAsync<RpcException>(call)).StatusCode;
}
