using NodaTime;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Planning;

/// <summary>What a run planned for one user.</summary>
internal sealed record DayPlan(string UserId, IReadOnlyList<PlannedEvent> Planned, IReadOnlyList<SkippedEvent> Skipped);

/// <param name="EventId">The event.</param>
/// <param name="MessageId">Its message.</param>
/// <param name="SendAt">When that is to be sent.</param>
/// <param name="Expected">What the send rules will make of it; null after a run that is not dry, when the message itself can be asked.</param>
internal sealed record PlannedEvent(string EventId, string MessageId, Instant SendAt, ExpectedMessage? Expected);

internal sealed record SkippedEvent(string EventId, string Reason);

/// <summary>Gives the events of a user's local day their messages: the day's alone, so that what waits is what counts.</summary>
internal sealed class DayPlanner(CalendarEvents events, EventReminders reminders, DayForecast forecast, IUserDirectory users, IClock clock)
{
    private const int ParallelEvents = 8;

    /// <summary>Longer than any lead time.</summary>
    private static readonly Duration LongestLead = Duration.FromMinutes(1440);

    /// <param name="connection">The user's calendar.</param>
    /// <param name="date">The user's local date; null is today.</param>
    /// <param name="isDryRun">Only says what would be planned.</param>
    /// <param name="cancellation">Ends the run anywhere.</param>
    public async Task<DayPlan> PlanAsync(CalendarConnection connection, LocalDate? date, bool isDryRun, CancellationToken cancellation)
    {
        var user = await users.FindAsync(connection.UserId, cancellation);
        var context = reminders.Today(user) with { CalendarConnected = connection.IsConnected };
        var day = date ?? LocalTimes.DateOf(context.Now, user.Zone);
        context = context with { Window = PlanningDays.Window(day, user.Zone) };

        var concerned = (await events.OnDaysAsync(connection.UserId, DaysOf(context.Window), cancellation))
            .Where(document => document.Value.Track.CalendarId == connection.CalendarId && (document.Value.HasMessages || document.Value.Track.Entry is { } entry && PlanningDays.Concerns(entry, context)))
            .ToList();
        var (outcomes, planned) = (new ReminderOutcome[concerned.Count], new PlannedReminder?[concerned.Count]);
        await Parallel.ForAsync(
            0,
            concerned.Count,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelEvents, CancellationToken = cancellation },
            async (index, ended) =>
            {
                if (!isDryRun)
                {
                    outcomes[index] = await reminders.BringInLineAsync(concerned[index].Value, concerned[index].ETag, context, ended);
                    return;
                }

                var decision = await reminders.DecideAsync(concerned[index].Value.Track, context, ended);
                (outcomes[index], planned[index]) = (ReminderOutcome.Of(decision), (decision as PlanningDecision.Create)?.Reminder);
            });
        return Summary(context, concerned, outcomes, await forecast.OfAsync(user, planned.OfType<PlannedReminder>(), cancellation));
    }

    /// <summary>When the user's next local day begins.</summary>
    public async Task<Instant> NextDayAsync(string userId, CancellationToken cancellation)
    {
        var zone = (await users.FindAsync(userId, cancellation)).Zone;
        return LocalTimes.StartOfDay(LocalTimes.DateOf(clock.GetCurrentInstant(), zone).PlusDays(1), zone);
    }

    private static IEnumerable<LocalDate> DaysOf(Interval window)
    {
        var first = window.Start.InUtc().Date;
        return Enumerable.Range(0, Period.DaysBetween(first, (window.End + LongestLead).InUtc().Date) + 1).Select(first.PlusDays);
    }

    private static DayPlan Summary(
        PlanningContext context,
        IReadOnlyList<Document<StoredEvent>> concerned,
        IReadOnlyList<ReminderOutcome> outcomes,
        IReadOnlyDictionary<string, ExpectedMessage> expected)
    {
        var results = concerned.Select(document => document.Value.Track).Zip(outcomes).ToList();
        return new DayPlan(
            context.User.UserId,
            [
                .. results
                    .Where(result => result.Second is ReminderOutcome.Planned)
                    .Select(result => (result.First.EventId, Planned: (ReminderOutcome.Planned)result.Second))
                    .Select(result => new PlannedEvent(
                        result.EventId, result.Planned.MessageId, result.Planned.SendAt, expected.GetValueOrDefault(result.Planned.MessageId)))
                    .OrderBy(planned => planned.SendAt)
                    .ThenBy(planned => planned.EventId, StringComparer.Ordinal),
            ],
            [
                .. results
                    .Where(result => result.First.Entry is { } entry && PlanningDays.Concerns(entry, context))
                    .Select(result => (result.First.EventId, Reason: ReasonOf(result.Second)))
                    .Where(result => result.Reason is not null && result.Reason != AnotherDay)
                    .Select(result => new SkippedEvent(result.EventId, result.Reason!))
                    .OrderBy(skipped => skipped.EventId, StringComparer.Ordinal),
            ]);
    }

    private static readonly string AnotherDay = SnakeCase.Of(SkipReason.AnotherDay);

    private static readonly string AlreadyPlanned = SnakeCase.Of(SkipReason.AlreadyPlanned);

    private static string? ReasonOf(ReminderOutcome outcome) => outcome switch
    {
        ReminderOutcome.Skipped skipped => skipped.Reason,
        ReminderOutcome.Changed => AlreadyPlanned,
        _ => null,
    };
}
