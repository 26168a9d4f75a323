using Dapr.Workflow.Registration;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class DeterministicIdTests
{
    [Fact]
    public void The_test_computes_the_example_of_the_RFC() =>
        Golden.Uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com").ShouldBe("2ed6657d-e927-568b-95e1-2665a8aea6a2");

    [Fact]
    public void New_guids_count_up_from_the_instance_id()
    {
        var engine = Guids("order-17");

        engine.Begin().Output<string[]>().ShouldBe([Golden.Guid(engine, 0), Golden.Guid(engine, 1)]);
    }

    [Fact]
    public void An_instance_id_that_is_a_guid_is_the_namespace_itself()
    {
        const string Id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

        Guids(Id).Begin().Output<string[]>().ShouldBe([Golden.Uuid5(Id, $"{Id}_0"), Golden.Uuid5(Id, $"{Id}_1")]);
    }

    [Theory]
    [InlineData("order-17")]
    [InlineData("bestellung-ä-✓")]
    public void The_key_of_a_task_names_instance_task_and_activity(string instanceId)
    {
        var engine = new ScriptedEngine("Sample", new FunctionWorkflow<object?, int>(async (context, _) =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1));
            return await context.CallActivityAsync<int>("Send");
        }))
        { InstanceId = instanceId };

        engine.Begin().Turn(engine.Fired(0));

        var expected = Golden.Uuid5(Golden.Uuid5(Golden.InstanceNamespace, instanceId), $"{instanceId}|activity|1|Send");
        engine.Actions[0].ScheduleTask.TaskExecutionId.ShouldBe(expected.Replace("-", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_child_without_an_id_gets_a_new_guid()
    {
        var engine = ScriptedEngine.For<string>(context => context.CallChildWorkflowAsync<string>("Child"));

        engine.Begin().Actions[0].CreateChildWorkflow.InstanceId.ShouldBe(Golden.Guid(engine, 0));
    }

    private static ScriptedEngine Guids(string instanceId) =>
        new("Sample", new FunctionWorkflow<object?, Guid[]>((context, _) => Task.FromResult<Guid[]>([context.NewGuid(), context.NewGuid()])))
        {
            InstanceId = instanceId,
        };
}
