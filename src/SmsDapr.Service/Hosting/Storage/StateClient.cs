using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Hosting.Storage;

/// <summary>A value as the state store gave it.</summary>
internal readonly record struct StoredState(ByteString Data, string ETag);

/// <summary>
/// The state API of the sidecar. The generated client rather than DaprClient: bulk reads have to tell a document that is
/// missing from one that could not be read, and a failed write has to be looked into, whatever its code.
/// </summary>
internal sealed class StateClient(SidecarChannel sidecar, DaprOptions options)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);

    // The sidecar answers with at most 4 MiB, a document has at most 64 KiB.
    private const int KeysPerCall = 48;

    // Redis lets a create-only write fail only on keys that were always written with first-write concurrency.
    private static readonly StateOptions FirstWrite = new() { Concurrency = StateOptions.Types.StateConcurrency.ConcurrencyFirstWrite };

    public async Task<StoredState?> FindAsync(string key, CancellationToken cancellation)
    {
        var request = new GetStateRequest { StoreName = options.StateStore, Key = key };
        using var call = sidecar.Dapr.GetStateAsync(request, Call(cancellation));
        var response = await call;
        return response.Data.IsEmpty ? null : new StoredState(response.Data, response.Etag);
    }

    public async Task<Dictionary<string, StoredState>> FindManyAsync(IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        var found = new Dictionary<string, StoredState>(keys.Count, StringComparer.Ordinal);
        var answers = await Task.WhenAll(keys.Chunk(KeysPerCall).Select(chunk => FindChunkAsync(chunk, cancellation)));
        foreach (var item in answers.SelectMany(answer => answer.Items))
        {
            if (item.Error.Length > 0)
                throw new RpcException(new Status(StatusCode.Internal, "A key of a bulk read could not be read."));
            if (!item.Data.IsEmpty)
                found[item.Key] = new StoredState(item.Data, item.Etag);
        }

        return found;
    }

    /// <summary>Stores the value if the key has this ETag, or, without one, if there is nothing.</summary>
    public async Task SaveAsync(string key, ByteString data, string? etag, CancellationToken cancellation)
    {
        var item = new StateItem { Key = key, Value = data, Options = FirstWrite };
        if (etag is not null)
            item.Etag = new Etag { Value = etag };
        var request = new SaveStateRequest { StoreName = options.StateStore, States = { item } };
        using var call = sidecar.Dapr.SaveStateAsync(request, Call(cancellation));
        await call;
    }

    public async Task DeleteAsync(string key, CancellationToken cancellation)
    {
        using var call = sidecar.Dapr.DeleteStateAsync(new DeleteStateRequest { StoreName = options.StateStore, Key = key }, Call(cancellation));
        await call;
    }

    private async Task<GetBulkStateResponse> FindChunkAsync(string[] keys, CancellationToken cancellation)
    {
        var request = new GetBulkStateRequest { StoreName = options.StateStore, Keys = { keys }, Parallelism = 8 };
        using var call = sidecar.Dapr.GetBulkStateAsync(request, Call(cancellation));
        return await call;
    }

    private CallOptions Call(CancellationToken cancellation) => sidecar.Call(CallTimeout, cancellation);
}
