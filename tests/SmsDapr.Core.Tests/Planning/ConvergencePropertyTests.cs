using CsCheck;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Tests.Messages;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>Whatever happens in whatever order, the reminders are in the end those that the calendar calls for.</summary>
public sealed class ConvergencePropertyTests
{
    // Starts on a grid of half hours, so that events come back to where they were.
    private static readonly Gen<Step> GenStep = Gen.Frequency(
        (6, Gen.Int[-2, 20].Select(slots => new Step($"move {slots}", world => world.Entry = Plans.Entry.At(Grid(world.Now) + Duration.FromMinutes(30 * slots))))),
        (2, Gen.Const(new Step("delete", world => world.Entry = null))),
        (2, Gen.Const(new Step("all day", world => world.Entry = Plans.AllDay))),
        (2, Gen.Bool.Select(declined => new Step($"declined {declined}", world => world.Entry = world.Entry is { } entry ? entry with { Declined = declined } : null))),
        (2, Gen.Int[0, 3].Select(title => new Step($"title {title}", world => world.Entry = world.Entry is { } entry ? entry with { Title = $"Title {title}" } : null))),
        (8, Gen.OneOf(Crash.None, Crash.None, Crash.BeforeTrackIsStored, Crash.AfterTrackIsStored).Select(crash => new Step($"plan, crash {crash}", world => world.Plan(crash)))),
        (2, Gen.Const(new Step("plan twice at once", world => world.PlanTwiceAtOnce()))),
        (8, Gen.Int.Select(seed => new Step($"to due, {seed}", world => world.AdvanceToDue(new Random(seed))))),
        (4, Gen.Select(Gen.Int[0, 60], Gen.Int).Select((minutes, seed) => new Step($"advance {minutes}, {seed}", world => world.Advance(Duration.FromMinutes(minutes), new Random(seed))))),
        (1, Gen.Const(new Step("user cancels", world => world.CancelByUser()))),
        (1, Gen.Const(new Step("opt out", world => world.OptOut()))),
        (2, Gen.Const(new Step("opt in", world => world.OptIn()))),
        (1, Gen.OneOf(5, 15, 60).Select(minutes => new Step($"lead {minutes}", world => world.ChangeLead(minutes)))));

    [Fact]
    public void Any_history_ends_with_the_reminder_that_the_calendar_calls_for() => GenStep.List[1, 40].Sample(
        steps =>
        {
            var world = Run(steps);
            world.Plan();
            world.Plan().ShouldBeTrue("a second run finds nothing to do");

            var wanted = CallsFor(world);
            // A retry whose event began, or whose user opted out, is for the send rules to end.
            var waiting = world.Waiting
                .Where(message => message.Attempts == 0 || (world.User.OptOut is null && message.Event!.Start > world.Now))
                .ToList();
            waiting.Count.ShouldBe(wanted is null ? 0 : 1);
            if (wanted is { } start)
            {
                var reminder = waiting[0];
                reminder.Event!.Start.ShouldBe(start);
                reminder.Event.Title.ShouldBe(world.Entry!.Title);
                reminder.SendAt.ShouldBeLessThan(start);
                if (reminder.Attempts == 0)
                    reminder.Body.ShouldStartWith(world.Entry.Title!);
            }
        },
        iter: Effort.Samples(1_500));

    [Fact]
    public void Any_history_texts_at_most_once_for_each_start_and_never_after_it() => GenStep.List[1, 60].Sample(
        steps =>
        {
            var world = Run(steps);
            for (var quarter = 0; quarter < 60; quarter++)
            {
                world.Plan();
                world.Advance(Duration.FromMinutes(15), new Random(quarter));
            }

            // A text that failed may be sent again, also by another reminder: the event moved on while the retry waited, a person cancelled it, the event came back.
            foreach (var start in world.Texts.Where(text => !world.Failed.Contains((text.MessageId, text.Attempt))).GroupBy(text => text.Start))
                start.Select(text => text.MessageId).Distinct().Count().ShouldBe(1);
            world.Texts.All(text => text.At < text.Start).ShouldBeTrue();
            world.Texts.All(text => text.RealStart is null || text.RealStart == text.Start).ShouldBeTrue();
            foreach (var message in world.Messages)
            {
                message.ShouldBeConsistent();
                message.ShouldSurviveStoring();
            }
        },
        iter: Effort.Samples(800));

    private static CalendarWorld Run(IEnumerable<Step> steps)
    {
        var world = new CalendarWorld();
        foreach (var step in steps)
            step.Do(world);
        return world;
    }

    /// <summary>The start that is to be reminded of, worked out from the calendar and what became of the messages, not from the planner's record.</summary>
    private static Instant? CallsFor(CalendarWorld world)
    {
        if (world.Entry is not { Declined: false, Start: { } start } || start <= world.Now || world.User.OptOut is not null)
            return null;
        StatusReason[] mayComeBack = [StatusReason.EventDeleted, StatusReason.EventAllDay, StatusReason.EventRescheduledToPast, StatusReason.OptedOut];
        var had = world.Messages.Any(message =>
            message.Event!.Start == start
            && (message.Status != MessageStatus.Scheduled || world.Track.IsSuperseded(message.Id))
            && !(message is { Status: MessageStatus.Cancelled, Attempts: 0, StatusReason: { } reason } && mayComeBack.Contains(reason)));
        return had ? null : start;
    }

    private static Instant Grid(Instant now) => Instant.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 1800 * 1800);

    private sealed record Step(string Name, Action<CalendarWorld> Do)
    {
        public override string ToString() => Name;
    }
}
