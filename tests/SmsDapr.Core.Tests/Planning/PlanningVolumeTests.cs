using System.Diagnostics;
using System.Globalization;
using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>What planning costs without any storage around it.</summary>
public sealed class PlanningVolumeTests(ITestOutputHelper output)
{
    private const int Users = 1000;
    private const int EventsPerUser = 10;

    [Fact]
    public void Ten_thousand_events_of_a_thousand_users_are_planned_and_worded_in_a_moment()
    {
        var tracks = Enumerable.Range(0, Users).Select(TracksOf).ToList();
        PlanAll(tracks.Take(20));

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var texts = PlanAll(tracks);
        watch.Stop();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;

        texts.ShouldBe(Users * EventsPerUser);
        var perEvent = allocated / (Users * EventsPerUser);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalMilliseconds:0} ms for {texts} events, {perEvent} bytes each"));
        // Bytes are the same on every machine; the time only says that nothing is quadratic.
        perEvent.ShouldBeLessThan(32 * 1024);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    private static int PlanAll(IEnumerable<IReadOnlyList<ReminderTrack>> users) => users.Sum(tracks =>
    {
        var context = PlanningContext.Today(Plans.User with { UserId = tracks[0].UserId }, Plans.Morning);
        return ReminderPlanner.DecideAll(tracks.Select(track => (track, (Message?)null)), context)
            .OfType<PlanningDecision.Create>()
            .Count(create => ReminderTemplate.Compose(create.Reminder.Facts).Body.Length > 0);
    });

    private static List<ReminderTrack> TracksOf(int user) =>
    [
        .. Enumerable.Range(0, EventsPerUser).Select(number => ReminderTrack.Of(
            $"user-{user}",
            Plans.Entry.At(Plans.Morning + Duration.FromMinutes(30 + 45 * number)) with
            {
                Id = $"event-{user}-{number}",
                Title = $"Weekly meeting number {number} of the working group on reminders",
                Location = "Conference room 5, Main Building, 12 Main Street, Springfield",
                JoinLink = number % 2 == 0 ? $"https://meet.example.org/{user}-{number}" : null,
            })),
    ];
}
