using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Problems;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Planning;

/// <summary>Which days to plan.</summary>
public sealed record PlanningRunRequest
{
    /// <summary>Left out: everyone with a connected calendar.</summary>
    public IReadOnlyList<string>? UserIds { get; init; }

    /// <summary>A local date of each user; left out: today.</summary>
    public LocalDate? Date { get; init; }

    /// <summary>Only says what would be planned.</summary>
    public bool? DryRun { get; init; }
}

/// <summary>What a run planned.</summary>
public sealed record PlanningRunView(IReadOnlyList<UserPlanView> Users);

/// <summary>What a run planned for one user.</summary>
public sealed record UserPlanView(string UserId, IReadOnlyList<PlannedView> Planned, IReadOnlyList<SkippedView> Skipped);

/// <summary>An event that got a reminder; <paramref name="Expected"/> is there in a dry run only.</summary>
public sealed record PlannedView(
    string EventId,
    string MessageId,
    Instant SendAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExpectedView? Expected);

/// <summary>What the send rules would make of a reminder if nothing changed: when it goes out, or why not.</summary>
public sealed record ExpectedView(SendOutcome Outcome, Instant SendAt, StatusReason? Reason);

/// <summary>An event of the day that got none, and why.</summary>
public sealed record SkippedView(string EventId, string Reason);

internal static class PlanningApi
{
    private const int ParallelUsers = 4;
    private const int ReadAtOnce = 480;
    private const int FirstYear = 1970;
    private const int LastYear = 9000;

    public static void AddPlanning(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventReminders>();
        builder.Services.AddSingleton<DayForecast>();
        builder.Services.AddSingleton<DayPlanner>();
        builder.Services.AddSingleton<GuardedEvent>();
        builder.Services.AddSingleton<ReminderRewording>();
    }

    public static void MapPlanning(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/planning/runs", RunAsync)
            .WithName("runPlanning")
            .RequireAuthorization(Policies.Admin)
            .WithTags("Planning")
            .WithRequestExample("""{ "userIds": ["anna"], "date": "2030-01-15", "dryRun": true }""")
            .WithSummary("Plan the reminders of a day; run twice, it plans once");

    private static async Task<Results<Ok<PlanningRunView>, ProblemHttpResult>> RunAsync(
        PlanningRunRequest? request,
        CalendarDirectory directory,
        CalendarConnections connections,
        DayPlanner planner,
        CancellationToken cancellation)
    {
        if (request?.UserIds?.Any(userId => !UserId.IsValid(userId)) == true)
            return Problem.Invalid("userIds", $"each must be {UserId.Rule}");

        if (request?.Date is { Year: < FirstYear or > LastYear })
            return Problem.Invalid("date", $"must lie between the years {FirstYear} and {LastYear}");

        var userIds = request?.UserIds?.Distinct().ToList() ?? await directory.AllAsync(cancellation);
        var plans = new Dictionary<string, UserPlanView>(StringComparer.Ordinal);
        foreach (var some in userIds.Chunk(ReadAtOnce))
        {
            var connected = (await connections.FindManyAsync(some, cancellation)).Where(connection => connection.IsConnected);
            await Parallel.ForEachAsync(
                connected,
                new ParallelOptions { MaxDegreeOfParallelism = ParallelUsers, CancellationToken = cancellation },
                async (connection, ended) =>
                {
                    var plan = await planner.PlanAsync(connection, request?.Date, request?.DryRun == true, ended);
                    lock (plans)
                        plans[plan.UserId] = View(plan);
                });
        }

        return TypedResults.Ok(new PlanningRunView(
            [.. userIds.Order(StringComparer.Ordinal).Select(userId => plans.GetValueOrDefault(userId) ?? new UserPlanView(userId, [], []))]));
    }

    private static ExpectedView? Expected(PlannedEvent planned) =>
        planned.Expected is { } expected ? new ExpectedView(expected.Outcome, expected.SendAt, expected.Reason) : null;

    private static UserPlanView View(DayPlan plan) => new(
        plan.UserId,
        [.. plan.Planned.Select(planned => new PlannedView(planned.EventId, planned.MessageId, planned.SendAt, Expected(planned)))],
        [.. plan.Skipped.Select(skipped => new SkippedView(skipped.EventId, skipped.Reason))]);
}
