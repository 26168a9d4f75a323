namespace SmsDapr.Bench;

/// <summary>Sizes of the runs. The defaults fit a machine of two cores and end within minutes.</summary>
internal sealed record BenchOptions
{
    /// <summary>Sleeping instances in the store while no-op workflows run, ascending.</summary>
    public required IReadOnlyList<int> Instances { get; init; }

    /// <summary>Texts due at one instant.</summary>
    public required int Messages { get; init; }

    /// <summary>Texts that wait for tomorrow while others fall due.</summary>
    public required int Waiting { get; init; }

    public required int Sleeping { get; init; }
}
