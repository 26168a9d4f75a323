using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Child workflows and what their parents learn.</summary>
public sealed class ChildTests
{
    [Fact]
    public async Task Result_of_a_child_reaches_its_parent()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "child" ? [Do.Complete($"child of {history.Start.ParentInstance.WorkflowInstance.InstanceId}")]
                : history.Completed(3) is { } child ? [Do.Complete(child.Result)]
                : history.IsFirstTurn ? [Do.Child(3, "child", "")] : [],
        });

        await host.Hub.StartAsync("parent", "p");

        (await host.Hub.CompletionAsync("p")).Output.ShouldBe("child of p");
        (await host.Hub.GetAsync("p:0003")).WorkflowState.Name.ShouldBe("child");
    }

    [Fact]
    public async Task Failure_of_a_child_reaches_its_parent_with_the_details()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "child" ? [Failed("broken")]
                : history.Failed(0) is { } child ? [Do.Complete(child.FailureDetails.ErrorMessage)]
                : history.IsFirstTurn ? [Do.Child(0, "child", "kid")] : [],
        });

        await host.Hub.StartAsync("parent", "p");

        (await host.Hub.CompletionAsync("p")).Output.ShouldBe("broken");
    }

    [Fact]
    public async Task Terminated_child_fails_without_details()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "child" ? []
                : history.Failed(0) is { } child ? [Do.Complete(child.FailureDetails is null ? "no details" : "details")]
                : history.IsFirstTurn ? [Do.Child(0, "child", "kid")] : [],
        });
        await host.Hub.StartAsync("parent", "p");

        await host.Hub.TerminateAsync("kid");

        (await host.Hub.CompletionAsync("p")).Output.ShouldBe("no details");
    }

    [Fact]
    public async Task Child_whose_id_is_taken_fails_in_its_parent_and_leaves_the_other_alone()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "other" ? []
                : history.Failed(0) is { } child ? [Do.Complete(child.FailureDetails.ErrorMessage)]
                : history.IsFirstTurn ? [Do.Child(0, "child", "taken")] : [],
        });
        await host.Hub.StartAsync("other", "taken");

        await host.Hub.StartAsync("parent", "p");

        (await host.Hub.CompletionAsync("p")).Output.ShouldBe("an active workflow with ID 'taken' already exists");
        (await host.Hub.GetAsync("taken")).WorkflowState.Name.ShouldBe("other");
    }

    [Fact]
    public async Task Child_for_another_application_fails_instead_of_waiting_for_ever()
    {
        await using var host = await EngineHost.StartAsync();
        var foreign = Do.Child(0, "child", "kid");
        foreign.Router = new TaskRouter { TargetAppID = "elsewhere" };
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Failed(0) is { } child ? [Do.Complete(child.FailureDetails.ErrorMessage)] : history.IsFirstTurn ? [foreign] : [],
        });

        await host.Hub.StartAsync("parent", "p");

        (await host.Hub.CompletionAsync("p")).Output.ShouldContain("elsewhere");
    }

    private static WorkflowAction Failed(string message) => new()
    {
        CompleteWorkflow = new CompleteWorkflowAction
        {
            WorkflowStatus = OrchestrationStatus.Failed,
            FailureDetails = new TaskFailureDetails { ErrorType = "Broken", ErrorMessage = message },
        },
    };
}
