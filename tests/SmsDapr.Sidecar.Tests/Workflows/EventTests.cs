using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>External events.</summary>
public sealed class EventTests
{
    private static readonly Timestamp EndOfTime = new() { Seconds = 253402300799, Nanos = 999999999 };

    [Fact]
    public async Task Event_for_a_missing_instance_is_an_error()
    {
        await using var host = await EngineHost.StartAsync();

        var missing = await Should.ThrowAsync<RpcException>(() => host.Hub.RaiseAsync("nobody", "go"));

        (missing.StatusCode, missing.Status.Detail).ShouldBe((StatusCode.Unknown, "no such instance exists"));
    }

    [Fact]
    public async Task Event_for_a_finished_instance_is_accepted_and_dropped()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script());
        await host.Hub.StartAsync("short", "one");

        await host.Hub.RaiseAsync("one", "go");

        await host.Work.IdleAsync();
        worker.Turns.Count().ShouldBe(1);
    }

    [Fact]
    public async Task Events_before_the_start_are_delivered_in_the_first_turn()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script { Workflow = history => [Do.Complete(string.Join(",", history.Raised("go")))] });
        await host.Hub.StartAsync("late", "one", at: host.Now.AddMinutes(5));
        await host.Hub.RaiseAsync("one", "go", "a");
        await host.Hub.RaiseAsync("one", "go", "b");

        await host.AdvanceAsync(TimeSpan.FromMinutes(5));

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("a,b");
        worker.Turns.Count().ShouldBe(1);
    }

    [Fact]
    public async Task Events_of_one_moment_have_different_times_in_the_order_they_came()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script { Workflow = history => history.Raised("go").Count == 3 ? [Do.Complete()] : [] });
        await host.Hub.StartAsync("collect", "one");
        foreach (var payload in (string[])["a", "b", "c"])
            await host.Hub.RaiseAsync("one", "go", payload);
        await host.Hub.CompletionAsync("one");

        var raised = (await host.Hub.HistoryAsync("one")).Where(e => e.EventRaised is not null).ToList();

        raised.Select(e => e.EventRaised.Input).ShouldBe(["a", "b", "c"]);
        raised.Select(e => e.Timestamp.ToDateTime()).ShouldBeUnique();
        raised.ShouldBe(raised.OrderBy(e => e.Timestamp.ToDateTime()));
    }

    [Fact]
    public async Task Event_removes_the_oldest_timer_that_guarded_the_wait_for_it()
    {
        await using var host = await EngineHost.StartAsync();
        var due = host.Now.AddHours(1).ToTimestamp();
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.IsFirstTurn ? [Do.EventTimer(0, "Reply", due), Do.EventTimer(1, "reply", due)] : [],
        });
        await host.Hub.StartAsync("guard", "one");
        await host.Hub.RaiseAsync("one", "REPLY");

        await host.AdvanceAsync(TimeSpan.FromHours(2));

        worker.Turns.SelectMany(turn => turn.NewEvents).Where(e => e.TimerFired is not null).Select(e => e.TimerFired.TimerId).ShouldBe([1]);
    }

    [Fact]
    public async Task Wait_without_end_is_recorded_and_never_scheduled()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.IsFirstTurn ? [Do.EventTimer(0, "reply", EndOfTime)] : [],
        });
        await host.Hub.StartAsync("guard", "one");

        await host.AdvanceAsync(TimeSpan.FromDays(36500));

        worker.Turns.Count().ShouldBe(1);
        (await host.Hub.HistoryAsync("one")).ShouldContain(e => e.TimerCreated != null && e.TimerCreated.FireAt.Equals(EndOfTime));
    }
}
