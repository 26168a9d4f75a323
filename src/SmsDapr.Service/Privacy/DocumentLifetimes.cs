using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Privacy;

/// <summary>A document about one date, needed until everything that was to happen on it has ended.</summary>
internal interface IOfDay
{
    /// <summary>The date; null in a document that does not say.</summary>
    LocalDate? Day { get; }
}

/// <summary>How long the state store is to keep a document, by what it is.</summary>
internal sealed class DocumentLifetimes(RetentionOptions options, IClock clock)
{
    /// <summary>A message has ended so long after the day it was listed under: longest lateness, delivery timeout and retries.</summary>
    private static readonly Duration DayIsOver = CreateMessageRequest.LongestLateness + Duration.FromDays(15);

    /// <summary>Whether anything ever expires; where nothing does, nothing is said of it.</summary>
    public bool Apply => options.Messages is not null;

    /// <summary>Null: for good.</summary>
    public Duration? Of(object document) => document switch
    {
        Message { IsOver: true } => options.Messages,
        IOfDay { Day: { } day } => AfterDay(day),
        _ => null,
    };

    /// <summary>The first day that a directory of days still has to name.</summary>
    public LocalDate? FirstDay => options.Messages is { } kept ? (clock.GetCurrentInstant() - kept - DayIsOver).InUtc().Date : null;

    private Duration? AfterDay(LocalDate day) =>
        options.Messages is { } kept
            ? Duration.Max(day.AtMidnight().InUtc().ToInstant() - clock.GetCurrentInstant(), Duration.Zero) + DayIsOver + kept
            : null;
}
