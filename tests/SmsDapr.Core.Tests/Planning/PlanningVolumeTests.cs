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
    private const int Users = 200;
    private const int EventsPerUser = 10;

    [Fact]
    public void Events_of_many_users_cost_no_more_each_than_those_of_few()
    {
        var tracks = Enumerable.Range(0, Users).Select(TracksOf).ToList();
        PlanAll(tracks.Take(20));

        var few = BytesOfPlanning(tracks.Take(Users / 10));
        var watch = Stopwatch.StartNew();
        var all = BytesOfPlanning(tracks);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalMilliseconds:0} ms for {all.Texts} events, {all.Bytes / all.Texts} bytes each"));
        all.Texts.ShouldBe(Users * EventsPerUser);
        // Bytes are the same on every machine, however busy: they say that an event stays cheap and that nothing is quadratic.
        (all.Bytes / all.Texts).ShouldBeLessThan(32 * 1024);
        ((double)all.Bytes / all.Texts).ShouldBe((double)few.Bytes / few.Texts, tolerance: 1024);
    }

    private static (int Texts, long Bytes) BytesOfPlanning(IEnumerable<IReadOnlyList<ReminderTrack>> users)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var texts = PlanAll(users);
        return (texts, GC.GetAllocatedBytesForCurrentThread() - before);
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
