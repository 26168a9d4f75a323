using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Privacy;

/// <summary>A document about one date, needed until everything that was to happen on it has ended.</summary>
internal interface IOfDay
{
    /// <summary>The date; null in a document that does not say.</summary>
    LocalDate? Day { get; }
}

/// <summary>A document that is worth keeping for a while only, whatever else is kept for good.</summary>
internal interface IShortLived
{
    /// <summary>How long, from each write on.</summary>
    Duration Lifetime { get; }
}

/// <summary>How long the state store is to keep a document, by what it is.</summary>
internal sealed class DocumentLifetimes(RetentionOptions options, IClock clock)
{
    /// <summary>A message has ended so long after the day it was listed under: longest lateness, delivery timeout and retries.</summary>
    private static readonly Duration DayIsOver = CreateMessageRequest.LongestLateness + Duration.FromDays(15);

    /// <summary>Null: nothing is to be said of it, since nothing of its kind ever expires.</summary>
    public Duration? Of(object document) => document switch
    {
        IShortLived { Lifetime: var lifetime } => lifetime,
        _ when options.Messages is null => null,
        Message { IsOver: true } => options.Messages,
        IOfDay { Day: { } day } => AfterDay(day),
        _ => StateClient.ForGood,
    };

    /// <summary>The first day that a directory of days still has to name.</summary>
    public LocalDate? FirstDay => options.Messages is { } kept ? (clock.GetCurrentInstant() - kept - DayIsOver).InUtc().Date : null;

    private Duration? AfterDay(LocalDate day) =>
        options.Messages is { } kept
            ? Duration.Max(day.AtMidnight().InUtc().ToInstant() - clock.GetCurrentInstant(), Duration.Zero) + DayIsOver + kept
            : null;
}
