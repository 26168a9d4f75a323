using System.Security.Cryptography;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>How long one call may take and how often a read is repeated.</summary>
internal sealed record GoogleCallLimits
{
    private const int Steps = 1 << 20;

    public int Retries { get; init; } = 3;

    /// <summary>Before the first repetition; doubled for each more, and varied.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A longer <c>Retry-After</c> is left to the next round.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan AttemptLimit { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan TotalLimit { get; init; } = TimeSpan.FromSeconds(30);

    public long MaxResponseBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>From 0 to 1.</summary>
    public Func<double> Jitter { get; init; } = () => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;

    /// <summary>A caller waits for the answer, so this runs in real time, whatever clock the service runs on.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
