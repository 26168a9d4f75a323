using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Planning;

/// <summary>What the planner looks at beside the events.</summary>
public sealed record PlanningContext
{
    /// <summary>The user's preferences.</summary>
    public required UserPreferences User { get; init; }

    /// <summary>The time.</summary>
    public required Instant Now { get; init; }

    /// <summary>Reminders whose send time lies in it are created; those that exist are kept up to date wherever they lie.</summary>
    public required Interval Window { get; init; }

    /// <summary>BCP 47 tag of the language that the user is written to in.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Whether the calendar of the events is still connected.</summary>
    public bool CalendarConnected { get; init; } = true;

    /// <summary>The context of the user's current local day.</summary>
    public static PlanningContext Today(UserPreferences user, Instant now, string language = "en") => new()
    {
        User = user,
        Now = now,
        Window = PlanningDays.Window(LocalTimes.DateOf(now, user.Zone), user.Zone),
        Language = language,
    };
}
