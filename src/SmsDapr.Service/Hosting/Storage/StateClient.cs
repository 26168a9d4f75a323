using System.Globalization;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using NodaTime;
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

    /// <summary>Dapr's word for «never expires».</summary>
    public static readonly Duration ForGood = Duration.FromSeconds(-1);

    /// <summary>Stores count seconds in 32 bits.</summary>
    private static readonly Duration LongestLifetime = Duration.FromSeconds(int.MaxValue);

    private const string TimeToLive = "ttlInSeconds";

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
    /// <param name="key">The key.</param>
    /// <param name="data">The value.</param>
    /// <param name="etag">The version to be replaced.</param>
    /// <param name="lifetime">After which the store forgets it; <see cref="ForGood"/> takes back an earlier one; null says nothing about it.</param>
    /// <param name="cancellation">Ends the call; the value may be stored then.</param>
    public async Task SaveAsync(string key, ByteString data, string? etag, Duration? lifetime, CancellationToken cancellation)
    {
        var item = new StateItem { Key = key, Value = data, Options = FirstWrite };
        if (etag is not null)
            item.Etag = new Etag { Value = etag };
        if (lifetime is { } kept)
            item.Metadata[TimeToLive] = ((long)(kept > LongestLifetime ? ForGood : kept).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var request = new SaveStateRequest { StoreName = options.StateStore, States = { item } };
        using var call = sidecar.Dapr.SaveStateAsync(request, Call(cancellation));
        await call;
    }

    /// <summary>Deletes the value if the key has this ETag, or, without one, whatever is there.</summary>
    public async Task DeleteAsync(string key, string? etag, CancellationToken cancellation)
    {
        var request = new DeleteStateRequest { StoreName = options.StateStore, Key = key };
        if (etag is not null)
        {
            request.Etag = new Etag { Value = etag };
            request.Options = FirstWrite;
        }

        using var call = sidecar.Dapr.DeleteStateAsync(request, Call(cancellation));
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
