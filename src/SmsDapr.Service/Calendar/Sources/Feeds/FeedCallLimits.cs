using System.Security.Cryptography;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>How long fetching a feed may take and how often it is repeated, in real time.</summary>
internal sealed record FeedCallLimits
{
    private const int Steps = 1 << 20;

    public int Retries { get; init; } = 2;

    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan AttemptLimit { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan TotalLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From 0 to 1.</summary>
    public Func<double> Jitter { get; init; } = () => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;
}
