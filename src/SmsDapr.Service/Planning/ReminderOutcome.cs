using System.Text.Json;
using NodaTime;
using SmsDapr.Core.Planning;

namespace SmsDapr.Service.Planning;

/// <summary>What became of an event in the hands of the planner.</summary>
internal abstract record ReminderOutcome
{
    private ReminderOutcome()
    {
    }

    /// <summary>It has a new message.</summary>
    public sealed record Planned(string MessageId, Instant SendAt) : ReminderOutcome;

    /// <summary>Its message was changed.</summary>
    public sealed record Changed(string MessageId) : ReminderOutcome;

    /// <summary>Nothing was to be done.</summary>
    public sealed record Skipped(string Reason) : ReminderOutcome;

    public static ReminderOutcome Of(PlanningDecision decision) => decision switch
    {
        PlanningDecision.Create { Reminder: var reminder } => new Planned(reminder.MessageId, reminder.SendAt),
        PlanningDecision.Follow { Reminder: var reminder } => new Changed(reminder.MessageId),
        PlanningDecision.Cancel cancel => new Changed(cancel.MessageId),
        PlanningDecision.Leave leave => new Skipped(SnakeCase.Of(leave.Reason)),
        _ => throw new InvalidOperationException($"Unexpected decision {decision.GetType().Name}."),
    };
}

internal static class SnakeCase
{
    public static string Of<T>(T word)
        where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());
}
