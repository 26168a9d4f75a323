using System.Text.Json.Serialization;
using NodaTime;

namespace SmsDapr.Core.Calendar;

/// <summary>
/// A live event, or one occurrence of a recurring one, as its calendar last gave it. Either <see cref="Start"/> and <see cref="End"/> are set (timed) or
/// <see cref="StartDate"/> and <see cref="EndDate"/> (all day).
/// </summary>
public sealed record CalendarEntry
{
    /// <summary>The calendar's id of the event or occurrence; opaque.</summary>
    public required string Id { get; init; }

    /// <summary>The calendar that holds it.</summary>
    public required string CalendarId { get; init; }

    /// <summary>Changes with every change of the event; opaque.</summary>
    public string? Version { get; init; }

    /// <summary>Its title; null when it has none.</summary>
    public string? Title { get; init; }

    /// <summary>Its description, possibly HTML, written by anyone who can invite the user: untrusted.</summary>
    public string? Description { get; init; }

    /// <summary>Where it takes place, free text.</summary>
    public string? Location { get; init; }

    /// <summary>Where it is joined, an absolute https URL; null when it is not held online.</summary>
    public string? JoinLink { get; init; }

    /// <summary>The calendar's page of it.</summary>
    public string? Page { get; init; }

    /// <summary>When it begins; null when it lasts all day.</summary>
    public Instant? Start { get; init; }

    /// <summary>When it ends, exclusive; null when it lasts all day.</summary>
    public Instant? End { get; init; }

    /// <summary>Its first day; null when it is timed.</summary>
    public LocalDate? StartDate { get; init; }

    /// <summary>The day after its last; null when it is timed.</summary>
    public LocalDate? EndDate { get; init; }

    /// <summary>The series that it is an occurrence of; null when it stands alone.</summary>
    public string? SeriesId { get; init; }

    /// <summary>Whether the user declined the invitation.</summary>
    public bool Declined { get; init; }

    /// <summary>False for what is no appointment: birthdays, working locations, focus time, out of office.</summary>
    public bool IsAppointment { get; init; } = true;

    /// <summary>Whether it lasts all day.</summary>
    [JsonIgnore]
    public bool IsAllDay => StartDate is not null;

    /// <summary>The id only: title and place must not reach a log.</summary>
    public override string ToString() => $"event {Id}";
}
