using System.Collections.Concurrent;
using System.Globalization;
using Dapr.Workflow;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Durability;

/// <summary>
/// Workflows under way while their sidecar or their worker is killed without warning, again and again. CONFORMANCE_KILLS and
/// CONFORMANCE_KILL_WORKFLOWS scale it; the numbers to hold are 50 and 2000.
/// </summary>
public sealed class Killing(ITestOutputHelper output)
{
    private const int Callers = 32;

    private static readonly int Kills = FromEnvironment("CONFORMANCE_KILLS", 8);
    private static readonly int Workflows = FromEnvironment("CONFORMANCE_KILL_WORKFLOWS", 240);

    private int _acknowledged;
    private int _repeatedCalls;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_workflow_ends_once_with_the_right_output()
    {
        var started = TimeProvider.System.GetTimestamp();
        var random = new Random(20261123);
        await using var victims = new Victims();
        victims.StartSidecar();
        victims.StartWorker();
        await using var client = new DaprWorkflowClientBuilder().UseGrpcEndpoint(victims.Grpc.ToString()).UseTimeout(TimeSpan.FromSeconds(20)).Build();

        // All are started before the first event is raised, so that all of them run while the kills go on.
        var driving = DriveAsync(client);
        var (sidecarKills, workerKills) = await KillAsync(victims, random, driving);
        await driving;
        await ForEachAsync(number => AssertEndedOnceAsync(client, number));

        output.WriteLine(
            $"{Workflows} workflows ended once with the right output through {sidecarKills} kills of the sidecar and {workerKills} of the worker, "
            + $"{_repeatedCalls} calls were repeated, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s");
    }

    /// <summary>The kills are spread over the starts and the events, so that each meets some of the work.</summary>
    private async Task<(int Sidecar, int Worker)> KillAsync(Victims victims, Random random, Task work)
    {
        var ofSidecar = Enumerable.Range(0, Kills).Select(kill => kill % 2 == 0).ToArray();
        random.Shuffle(ofSidecar);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        for (var kill = 0; kill < Kills; kill++)
        {
            var until = random.Next(kill * 2 * Workflows / Kills, (kill + 1) * 2 * Workflows / Kills);
            while (Volatile.Read(ref _acknowledged) < until && !work.IsCompleted)
                await tick.WaitForNextTickAsync(Cancellation);
            await (ofSidecar[kill] ? victims.KillSidecarAsync() : victims.KillWorkerAsync());
        }

        return (ofSidecar.Count(sidecar => sidecar), ofSidecar.Count(sidecar => !sidecar));
    }

    private async Task DriveAsync(DaprWorkflowClient client)
    {
        await ForEachAsync(number => RepeatAsync(
            () => client.ScheduleNewWorkflowAsync(WorkerProcess.Workflow, Id(number), number), alreadyDone: StatusCode.AlreadyExists));

        // No such instance would mean that a start was lost that has been acknowledged: it is not repeated.
        await ForEachAsync(number => RepeatAsync(() => client.RaiseEventAsync(Id(number), WorkerProcess.Event, $"event {number}", Cancellation)));
        await ForEachAsync(number => RepeatAsync(async () =>
        {
            var end = await client.WaitForWorkflowCompletionAsync(Id(number), cancellation: Cancellation);
            end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed, end.FailureDetails?.ToString());
            end.ReadOutputAs<string>().ShouldBe(WorkerProcess.OutputOf(number));
        }));
    }

    private async Task ForEachAsync(Func<int, Task> step)
    {
        var numbers = new ConcurrentQueue<int>(Enumerable.Range(0, Workflows));
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (numbers.TryDequeue(out var number))
            {
                await step(number);
                Interlocked.Increment(ref _acknowledged);
            }
        }));
    }

    private async Task RepeatAsync(Func<Task> call, StatusCode? alreadyDone = null)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (RpcException done) when (done.StatusCode == alreadyDone)
            {
                return;
            }
            catch (RpcException lost) when (lost.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.DeadlineExceeded)
            {
                Interlocked.Increment(ref _repeatedCalls);
                await pause.WaitForNextTickAsync(Cancellation);
            }
        }
    }

    private static async Task AssertEndedOnceAsync(DaprWorkflowClient client, int number)
    {
        var history = await client.GetInstanceHistoryAsync(Id(number), Cancellation);
        history.Count(e => e.EventType == WorkflowHistoryEventType.ExecutionStarted).ShouldBe(1);
        history.Count(e => e.EventType == WorkflowHistoryEventType.ExecutionCompleted).ShouldBe(1);
        history.Count(e => e.EventType == WorkflowHistoryEventType.TaskScheduled).ShouldBe(2);
        history.Count(e => e.EventType == WorkflowHistoryEventType.TaskCompleted).ShouldBe(2);
    }

    private static string Id(int number) => $"survivor-{number}";

    private static int FromEnvironment(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
