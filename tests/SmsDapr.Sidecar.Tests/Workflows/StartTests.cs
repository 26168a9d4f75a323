using Dapr.DurableTask.Protobuf;
using Grpc.Core;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Creating, reading and listing instances.</summary>
public sealed class StartTests
{
    private static readonly Script Waits = new() { Workflow = history => history.Raised("go").Count > 0 ? [Do.Complete(history.Start.Input)] : [] };

    [Fact]
    public async Task Start_returns_once_a_worker_has_run_the_first_turn()
    {
        await using var host = await EngineHost.StartAsync();

        var started = host.Hub.StartAsync("wait", "one");
        await host.Hub.GetAsync("one");
        started.IsCompleted.ShouldBeFalse();
        await host.ConnectAsync(Waits);
        await started;

        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task Start_without_an_id_makes_one_up()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Waits);

        Guid.TryParse(await host.Hub.StartAsync("wait", ""), out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Start_of_a_running_id_is_refused()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Waits);
        await host.Hub.StartAsync("wait", "one");

        var refused = await Should.ThrowAsync<RpcException>(() => host.Hub.StartAsync("wait", "one"));

        refused.StatusCode.ShouldBe(StatusCode.AlreadyExists);
        refused.Status.Detail.ShouldBe("failed to create workflow instance: an active workflow with ID 'one' already exists");
    }

    [Fact]
    public async Task Start_of_a_finished_id_begins_from_nothing()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(Waits);
        await host.Hub.StartAsync("wait", "one", "first");
        await host.Hub.RaiseAsync("one", "go");
        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("first");

        await host.Hub.StartAsync("wait", "one", "second");

        worker.Turns.Last().PastEvents.ShouldBeEmpty();
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
        await host.Hub.RaiseAsync("one", "go");
        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("second");
    }

    [Fact]
    public async Task Start_of_a_finished_id_that_awaits_an_activity_is_refused()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.IsFirstTurn ? [Do.Activity(0, "slow"), Do.Complete()] : [],
            Answers = item => item.ActivityRequest is null,
        });
        await host.Hub.StartAsync("forgetful", "one");

        var refused = await Should.ThrowAsync<RpcException>(() => host.Hub.StartAsync("forgetful", "one"));

        refused.StatusCode.ShouldBe(StatusCode.Unknown);
        refused.Status.Detail.ShouldContain("awaiting an activity result");
    }

    [Fact]
    public async Task Start_of_a_finished_id_whose_child_runs_is_refused()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "parent" ? [Do.Child(0, "child", "kid"), Do.Complete()] : [],
        });
        await host.Hub.StartAsync("parent", "one");

        (await Should.ThrowAsync<RpcException>(() => host.Hub.StartAsync("parent", "one"))).StatusCode.ShouldBe(StatusCode.AlreadyExists);
    }

    [Fact]
    public async Task Scheduled_start_waits_for_its_time_and_shows_nothing_until_then()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(Waits);

        await host.Hub.StartAsync("wait", "later", at: host.Now.AddHours(1));

        var pending = (await host.Hub.GetAsync("later")).WorkflowState;
        pending.WorkflowStatus.ShouldBe(OrchestrationStatus.Pending);
        pending.Name.ShouldBeEmpty();
        pending.CreatedTimestamp.ToDateTime().ShouldBe(default);
        host.Work.Open.ShouldBe(0, "until then there is nothing to do");
        await host.AdvanceAsync(TimeSpan.FromMinutes(59));
        worker.Received.ShouldBeEmpty();
        await host.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await host.Hub.BeginningAsync("later")).Name.ShouldBe("wait");
    }

    [Fact]
    public async Task Scheduled_start_survives_a_restart_past_its_time()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Waits);
        await host.Hub.StartAsync("wait", "later", at: host.Now.AddHours(1));

        await host.RestartAsync(() => host.Clock.Advance(TimeSpan.FromDays(2)));
        await host.ConnectAsync(Waits);

        (await host.Hub.BeginningAsync("later")).WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task Get_of_a_missing_id_says_so_without_an_error()
    {
        await using var host = await EngineHost.StartAsync();

        (await host.Hub.GetAsync("nobody")).Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task Get_without_payloads_leaves_out_input_output_status_and_failure()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script { CustomStatus = _ => "busy", Workflow = _ => [Do.Complete("done")] });
        await host.Hub.StartAsync("short", "one", "input");

        var bare = (await host.Hub.GetAsync("one", payloads: false)).WorkflowState;

        bare.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        (bare.Input, bare.Output, bare.CustomStatus, bare.FailureDetails).ShouldBe((null, null, null, null));
        var full = (await host.Hub.GetAsync("one")).WorkflowState;
        (full.Input, full.Output, full.CustomStatus).ShouldBe(("input", "done", "busy"));
    }

    [Fact]
    public async Task Wait_for_a_missing_id_lasts_until_it_appears()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script());

        var waiting = host.Hub.CompletionAsync("future");
        await host.Hub.GetAsync("future");
        waiting.IsCompleted.ShouldBeFalse();
        await host.Hub.StartAsync("short", "future");

        (await waiting).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task History_of_a_missing_id_is_not_found()
    {
        await using var host = await EngineHost.StartAsync();

        var missing = await Should.ThrowAsync<RpcException>(() => host.Hub.HistoryAsync("nobody"));

        missing.StatusCode.ShouldBe(StatusCode.NotFound);
        missing.Status.Detail.ShouldBe("workflow instance 'nobody' not found");
    }

    [Fact]
    public async Task List_gives_every_id_once_over_its_pages()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script());
        var ids = Enumerable.Range(0, 7).Select(n => $"instance-{n}").ToList();
        foreach (var id in ids)
            await host.Hub.StartAsync("short", id);

        var listed = new List<string>();
        string? next = null;
        do
        {
            var request = new ListInstanceIDsRequest { PageSize = 3 };
            if (next is not null)
                request.ContinuationToken = next;
            var page = await host.Hub.ListAsync(request);
            page.InstanceIds.Count.ShouldBeLessThanOrEqualTo(3);
            listed.AddRange(page.InstanceIds);
            next = page.HasContinuationToken ? page.ContinuationToken : null;
        }
        while (next is not null);

        listed.ShouldBe(ids);
    }
}
