using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace SmsDapr.Sidecar.Workflows.Execution;

/// <summary>Refuses answers that no history can hold, before they reach the engine.</summary>
internal static class WorkerAnswers
{
    private static readonly Timestamp Latest = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc).ToTimestamp();

    public static void Check(WorkflowResponse response)
    {
        foreach (var action in response.Actions)
        {
            if (action.CreateTimer is { } timer && (timer.FireAt is null || !IsValid(timer.FireAt)))
                throw new WorkflowException(StatusCode.InvalidArgument, $"timer {action.Id} has no valid time");
            if (action.CompleteWorkflow is { } completion && !IsEnd(completion.WorkflowStatus))
                throw new WorkflowException(StatusCode.InvalidArgument, $"a workflow cannot complete with the status {completion.WorkflowStatus}");
        }
    }

    public static bool IsValid(Timestamp time) =>
        time.Nanos is >= 0 and < 1_000_000_000 && time.Seconds >= 0 && time.Seconds <= Latest.Seconds;

    private static bool IsEnd(OrchestrationStatus status) => status.IsTerminal() || status == OrchestrationStatus.ContinuedAsNew;
}
