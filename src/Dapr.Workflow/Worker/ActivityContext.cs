using System.Globalization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow.Worker;

internal sealed class ActivityContext(ActivityRequest request) : WorkflowActivityContext
{
    public override TaskIdentifier Identifier => request.Name;

    public override string TaskExecutionKey =>
        request.TaskExecutionId.Length > 0 ? request.TaskExecutionId : request.TaskId.ToString(CultureInfo.InvariantCulture);

    public override string InstanceId => request.WorkflowInstance.InstanceId;
}
