using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Planning after an outage, on two replicas at once, and for many users.</summary>
public sealed class PlanningOutageScenarios(ITestOutputHelper output)
{
    private static readonly int Users = int.TryParse(Environment.GetEnvironmentVariable("SMSDAPR_PLANNING_USERS"), CultureInfo.InvariantCulture, out var users) ? users : 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_hours_without_a_process_events_that_began_end_their_reminders_and_those_ahead_are_planned()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var anna = await CalendarUser.ConnectAsync(system);
        await anna.Calendar.AddAsync(VirtualSystem.Start.AddHours(1), "Began meanwhile");
        await anna.Calendar.AddAsync(VirtualSystem.Start.AddHours(6).AddMinutes(10), "Still ahead");
        await anna.Calendar.AddAsync(VirtualSystem.Start.AddHours(24 + 8), "Of the next day");
        await CalendarUser.PushedAsync(system);

        await system.Process.KillAsync(Cancellation);
        await system.Process.StartAsync(VirtualSystem.Start.AddHours(6), Cancellation);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));

        var messages = (await anna.MessagesAsync(system.Api)).ToDictionary(message => message.GetProperty("event").Text("title")!);
        messages["Began meanwhile"].Text("statusReason").ShouldBe("event_started");
        messages["Still ahead"].Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(anna.User)).Count.ShouldBe(1);

        // Down over midnight: the day is planned at the start.
        await system.Process.KillAsync(Cancellation);
        await system.Process.StartAsync(VirtualSystem.Start.AddHours(24), Cancellation);
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        (await anna.MessagesAsync(system.Api)).Select(message => message.GetProperty("event").Text("title")).ShouldContain("Of the next day");
    }

    /// <summary>It said «in 15 mins» 8 minutes before the event, and a retry what the first attempt had said.</summary>
    [Fact]
    public async Task A_reminder_that_goes_out_late_said_how_long_it_would_have_been()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var (late, retried) = (await CalendarUser.ConnectAsync(system), await CalendarUser.ConnectAsync(system));
        var start = VirtualSystem.Start.AddHours(1);
        await late.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);

        await system.Process.KillAsync(Cancellation);
        await system.Process.StartAsync(start.AddMinutes(-8), Cancellation);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20));

        (await system.TextsAsync(late.User)).ShouldHaveSingleItem().ShouldContain("in 8 mins");
        var message = await late.OnlyMessageAsync(system.Api);
        message.Text("status").ShouldBe("delivered");
        message.Text("body")!.ShouldContain("in 8 mins");

        start = start.AddHours(1);
        await retried.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        await new Simulated(system.Process.Simulator).PlanAsync(
            new { operation = "create", to = retried.User.Phone, times = 1, behaviour = new { httpStatus = 503, code = 20503 } });
        await system.AdvanceToAsync(start);

        (await system.CreatesAsync(retried.User)).ShouldBe([start.AddMinutes(-15), start.AddMinutes(-13)]);
        (await system.TextsAsync(retried.User)).ShouldHaveSingleItem().ShouldContain("in 13 mins");
    }

    [Fact]
    public async Task Two_replicas_that_plan_at_once_plan_each_event_once()
    {
        await using var first = new LocalProcess();
        await first.StartAsync(clock: null, Cancellation);
        await using var second = await RaceReplica.StartAsync(first, Cancellation);
        await new SimulatedGoogle(first.Simulator).PushesAsync(new { delay = "PT0.1S" });
        var userId = $"user-{Guid.NewGuid():N}";
        var calendar = new SimulatedCalendar(first.Simulator, $"{userId}@example.com");
        await VirtualSystem.JsonAsync(await first.Simulator.PutAsJsonAsync($"/_sim/calendar/{calendar.Id}", new { summary = "Own" }, Cancellation));
        await VirtualSystem.JsonAsync(await first.Api.PutAsJsonAsync($"/v1/users/{userId}/phone", new { phoneNumber = VirtualSystem.NewPhone(), verified = true }, Cancellation));
        var tomorrow = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(2);
        for (var number = 0; number < 20; number++)
            await calendar.AddAsync(tomorrow.AddHours(10).AddMinutes(number));
        await VirtualSystem.JsonAsync(await first.Api.PutAsJsonAsync(
            $"/v1/users/{userId}/calendar", new { calendarId = calendar.Id, refreshToken = "token" }, Cancellation));

        var run = new { userIds = new[] { userId }, date = $"{tomorrow:yyyy-MM-dd}" };
        var runs = await Task.WhenAll(new[] { first.Api, second.Api, first.Api, second.Api }.Select(async api =>
            (await VirtualSystem.JsonAsync(await api.PostAsJsonAsync("/v1/planning/runs", run, Cancellation)))
                .GetProperty("users").EnumerateArray().Single().GetProperty("planned").GetArrayLength()));

        output.WriteLine($"planned by the four runs: {string.Join(", ", runs)}");
        var page = await VirtualSystem.JsonAsync(await first.Api.GetAsync(new Uri($"/v1/users/{userId}/messages?limit=200", UriKind.Relative), Cancellation));
        page.GetProperty("items").GetArrayLength().ShouldBe(20);
    }

    [Fact]
    public async Task The_day_of_many_users_is_planned_when_it_begins()
    {
        const int EventsEach = 10;
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var midnight = VirtualSystem.Start.AddHours(17);
        await system.AdvanceToAsync(midnight.AddMinutes(-10));
        var users = new List<CalendarUser>();
        for (var number = 0; number < Users; number++)
        {
            var user = await CalendarUser.CreateAsync(system);
            await Task.WhenAll(Enumerable.Range(0, EventsEach).Select(item => user.Calendar.AddAsync(midnight.AddHours(12).AddMinutes(item))));
            await user.ConnectAsync(system.Api);
            users.Add(user);
        }

        await system.AdvanceToAsync(midnight.AddSeconds(-1));
        var (started, used) = (Stopwatch.GetTimestamp(), system.Process.ProcessorTime);
        await system.AdvanceToAsync(midnight.AddSeconds(2));
        var took = Stopwatch.GetElapsedTime(started);
        used = system.Process.ProcessorTime - used;

        output.WriteLine(
            $"{Users} users with {EventsEach} events each: planned in {took.TotalSeconds:F1} s with {used.TotalSeconds:F1} s of processor time, sidecar and simulators included");
        foreach (var user in users.Take(20))
            (await user.MessagesAsync(system.Api)).Count.ShouldBe(EventsEach);
    }
}
