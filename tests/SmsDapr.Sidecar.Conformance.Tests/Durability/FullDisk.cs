using Dapr.Workflow.Registration;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Durability;

public sealed class FullDisk
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workflows_whose_store_cannot_be_written_are_refused_and_go_on_when_it_can()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux to limit the files of a running process");
        await using var victims = new Victims();
        victims.StartSidecar();
        victims.StartWorker();
        await using var client = new DaprWorkflowClientBuilder().UseGrpcEndpoint(victims.Grpc.ToString()).UseTimeout(TimeSpan.FromSeconds(20)).Build();
        await OnceItAnswersAsync(() => client.ScheduleNewWorkflowAsync(WorkerProcess.Workflow, "waiting", 7));

        await victims.FillDiskAsync(full: true);
        var refusal = await Should.ThrowAsync<RpcException>(() => client.RaiseEventAsync("waiting", WorkerProcess.Event, "lost", Cancellation));
        await victims.FillDiskAsync(full: false);
        await OnceItAnswersAsync(() => client.RaiseEventAsync("waiting", WorkerProcess.Event, "event 7", Cancellation));

        refusal.StatusCode.ShouldBe(StatusCode.Unavailable);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        var end = await client.WaitForWorkflowCompletionAsync("waiting", cancellation: patience.Token);
        end.ReadOutputAs<string>().ShouldBe(WorkerProcess.OutputOf(7));
    }

    private static async Task OnceItAnswersAsync(Func<Task> call)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (RpcException done) when (done.StatusCode == StatusCode.AlreadyExists)
            {
                // An earlier try whose answer came too late.
                return;
            }
            catch (RpcException notYet) when (notYet.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                await tick.WaitForNextTickAsync(patience.Token);
            }
        }
    }
}
