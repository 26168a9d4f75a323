namespace SmsDapr.Bench.Running;

/// <summary>A store asked directly, by its own client, for what the sidecar asks of it.</summary>
internal interface IBareStore : IAsyncDisposable
{
    Task SaveAsync(string key, byte[] value);

    Task GetAsync(string key);

    /// <summary>Reads, then writes if nobody wrote in between.</summary>
    Task ReplaceAsync(string key, byte[] value);
}
