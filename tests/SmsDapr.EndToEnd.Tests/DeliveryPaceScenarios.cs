using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>How fast the sender goes.</summary>
public sealed class DeliveryPaceScenarios
{
    [Fact]
    public async Task A_pace_spreads_messages_that_are_due_together()
    {
        await using var system = VirtualSystem.With("Sms__MessagesPerSecond", "2");
        await system.InitializeAsync();
        var users = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => system.NewUserAsync()));
        var sendAt = await system.NextAsync(9, 45);
        var ids = await Task.WhenAll(users.Select(user => system.ScheduleAsync(user, sendAt)));

        await system.AdvanceToAsync(sendAt.AddMinutes(1));

        var creates = (await new Simulated(system.Process.Simulator).CreatesAsync()).Select(create => create.GetProperty("at").GetDateTimeOffset() - sendAt);
        creates.Order().ShouldBe(Enumerable.Range(0, 10).Select(number => TimeSpan.FromSeconds(number / 2.0)));
        foreach (var id in ids)
            (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task One_429_delays_nobody_else()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var limited = await system.NewUserAsync("+19075550103");
        var other = await system.NewUserAsync();
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(limited, sendAt);
        await system.ScheduleAsync(other, sendAt.AddSeconds(1));

        await system.AdvanceToAsync(sendAt.AddSeconds(2));
        (await system.MessageAsync(id)).Time("nextAttemptAt").ShouldBe(sendAt.AddSeconds(600));
        (await system.CreatesAsync(other)).ShouldBe([sendAt.AddSeconds(1)]);
        await system.AdvanceToAsync(sendAt.AddMinutes(11));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(limited)).ShouldBe([sendAt, sendAt.AddSeconds(600)]);
    }

    [Fact]
    public async Task After_three_429s_in_a_row_the_sender_rests_and_no_more_attempts_are_spent()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var users = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => system.NewUserAsync()));
        var sendAt = await system.NextAsync(9, 45);
        var ids = new List<string>();
        foreach (var (user, second) in users.Zip(Enumerable.Range(0, 5)))
            ids.Add(await system.ScheduleAsync(user, sendAt.AddSeconds(second)));
        await new Simulated(system.Process.Simulator).PlanAsync(new { times = 3, behaviour = new { httpStatus = 429, code = 21611 } });

        await system.AdvanceToAsync(sendAt.AddMinutes(11));

        // The third refusal comes at 2 s; the sender rests for 5 s.
        (await system.CreatesAsync(users[3])).ShouldBe([sendAt.AddSeconds(7)]);
        (await system.CreatesAsync(users[4])).ShouldBe([sendAt.AddSeconds(7)]);
        foreach (var (id, attempts) in ids.Zip([2, 2, 2, 1, 1]))
        {
            var message = await system.MessageAsync(id);
            message.Text("status").ShouldBe("delivered");
            message.Number("attempts").ShouldBe(attempts);
        }
    }
}
