namespace SmsDapr.Sidecar.Workflows;

/// <summary>Sizes and times of the engine that are not options of the sidecar.</summary>
internal sealed record EngineSettings
{
    /// <summary>A worker that does not take an item for this long is taken to be gone (daprd: 10 s).</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Work waiting for a free worker is kept ready up to this many items; the rest stays on disk.</summary>
    public int QueueHighWater { get; init; } = 1024;

    public int QueueLowWater { get; init; } = 256;

    /// <summary>Instances kept in memory after their turn, in case the next one comes soon.</summary>
    public int IdleInstances { get; init; } = 2000;

    /// <summary>Bytes of history that those may hold together.</summary>
    public long IdleHistoryBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Calls answered by one commit, at most.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Rounds of ContinueAsNew in a row that do nothing else (daprd: 20).</summary>
    public int TightRounds { get; init; } = 20;

    /// <summary>Pause after so many rounds (daprd tries again after 1 s).</summary>
    public TimeSpan TightRoundsPause { get; init; } = TimeSpan.FromSeconds(1);
}
