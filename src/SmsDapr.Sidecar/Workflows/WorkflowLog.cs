namespace SmsDapr.Sidecar.Workflows;

internal static partial class WorkflowLog
{
    [LoggerMessage(4100, LogLevel.Information, "Workflow engine started: {Runnable} instances and {Activities} activities to continue")]
    public static partial void EngineStarted(this ILogger log, int runnable, int activities);

    [LoggerMessage(4101, LogLevel.Information, "Workflow worker connected, {Connected} in all")]
    public static partial void WorkerConnected(this ILogger log, int connected);

    [LoggerMessage(4102, LogLevel.Information, "Workflow worker disconnected, {Connected} left")]
    public static partial void WorkerDisconnected(this ILogger log, int connected);

    [LoggerMessage(4103, LogLevel.Warning, "A workflow worker took no work for {Timeout}; its stream is closed")]
    public static partial void WorkerTooSlow(this ILogger log, TimeSpan timeout);

    [LoggerMessage(4104, LogLevel.Debug, "Nothing waits for this result of instance {InstanceId}; it is dropped")]
    public static partial void ResultIgnored(this ILogger log, string instanceId);

    [LoggerMessage(4105, LogLevel.Warning, "Instance {InstanceId} continued as new {Rounds} times without a pause; it goes on after one")]
    public static partial void TightLoop(this ILogger log, string instanceId, int rounds);

    [LoggerMessage(4106, LogLevel.Error, "The workflow store failed; the calls of this moment are refused and work goes on from what is stored")]
    public static partial void StoreFailed(this ILogger log, Exception error);

    [LoggerMessage(4107, LogLevel.Critical, "The workflow engine cannot go on")]
    public static partial void EngineFailed(this ILogger log, Exception error);

    [LoggerMessage(4108, LogLevel.Warning, "Instance {InstanceId} is stalled: {Reason}")]
    public static partial void InstanceStalled(this ILogger log, string instanceId, string reason);
}
