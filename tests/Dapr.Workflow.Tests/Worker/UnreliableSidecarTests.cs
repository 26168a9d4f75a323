using System.Globalization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Worker;

public sealed class UnreliableSidecarTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Through_broken_streams_and_refused_answers_every_instance_ends_once_and_right(int seed)
    {
        const int Instances = 60;
        var engine = new UnreliableEngine(Instances, seed);
        await using var sidecar = await FakeSidecar.Start(engine);
        await using var host = await WorkerHost.Start(sidecar.Endpoint, options =>
        {
            options.MaxConcurrentActivities = 8;
            options.RegisterActivity<int, int>("Increment", (_, n) => Task.FromResult(n + 1));
            options.RegisterWorkflow<int, int>("Climb", async (context, from) =>
            {
                var first = await context.CallActivityAsync<int>("Increment", from);
                await context.CreateTimer(TimeSpan.FromMinutes(1));
                var more = await Task.WhenAll(
                    context.CallActivityAsync<int>("Increment", first),
                    context.CallActivityAsync<int>("Increment", first + 1));
                return await context.CallActivityAsync<int>("Increment", more.Max());
            });
        });

        for (var n = 0; n < Instances; n++)
            engine.Start("Climb", $"climb-{n}", n.ToString(CultureInfo.InvariantCulture));
        await engine.AllOver.WaitAsync(TestContext.Current.CancellationToken);

        engine.Breaks.ShouldBeGreaterThan(3);
        for (var n = 0; n < Instances; n++)
        {
            var outcome = engine.Outcomes[$"climb-{n}"]!;
            outcome.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
            outcome.Result.ShouldBe((n + 4).ToString(CultureInfo.InvariantCulture));
        }
    }
}
