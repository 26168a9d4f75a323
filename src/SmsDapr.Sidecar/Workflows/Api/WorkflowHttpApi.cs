using System.Text;
using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Workflows.Api;

internal static class WorkflowHttpApi
{
    public static void MapWorkflowApi(this IEndpointRouteBuilder routes)
    {
        foreach (var version in (string[])["v1.0", "v1.0-alpha1", "v1.0-beta1"])
        {
            var group = routes.MapGroup($"/{version}/workflows/{{component}}");
            group.AddEndpointFilter(ErrorsAsDaprd);
            group.MapPost("/{name}/start", Start);
            group.MapGet("/{instanceId}", Get);
            group.MapPost("/{instanceId}/raiseEvent/{eventName}", RaiseEvent);
            group.MapPost("/{instanceId}/pause", (string instanceId, WorkflowApi api) => Accepted(api.PauseAsync(instanceId)));
            group.MapPost("/{instanceId}/resume", (string instanceId, WorkflowApi api) => Accepted(api.ResumeAsync(instanceId)));
            group.MapPost("/{instanceId}/terminate", (string instanceId, WorkflowApi api) => Accepted(api.TerminateAsync(instanceId)));
            group.MapPost("/{instanceId}/purge", (string instanceId, WorkflowApi api) => Accepted(api.PurgeAsync(instanceId)));
        }
    }

    /// <summary>daprd's names of the states, in upper snake case.</summary>
    public static string NameOf(OrchestrationStatus status) => status switch
    {
        OrchestrationStatus.Running => "RUNNING",
        OrchestrationStatus.Completed => "COMPLETED",
        OrchestrationStatus.ContinuedAsNew => "CONTINUED_AS_NEW",
        OrchestrationStatus.Failed => "FAILED",
        OrchestrationStatus.Canceled => "CANCELED",
        OrchestrationStatus.Terminated => "TERMINATED",
        OrchestrationStatus.Pending => "PENDING",
        OrchestrationStatus.Suspended => "SUSPENDED",
        OrchestrationStatus.Stalled => "STALLED",
        _ => "UNKNOWN",
    };

    /// <summary>Input, output, custom status and failure under daprd's property names.</summary>
    public static Dictionary<string, string> PropertiesOf(WorkflowState state)
    {
        var properties = new Dictionary<string, string>();
        Add("dapr.workflow.input", state.Input);
        Add("dapr.workflow.output", state.Output);
        Add("dapr.workflow.custom_status", state.CustomStatus);
        if (state.FailureDetails is { } failure)
        {
            Add("dapr.workflow.failure.error_type", failure.ErrorType);
            Add("dapr.workflow.failure.error_message", failure.ErrorMessage);
            Add("dapr.workflow.failure.stack_trace", failure.StackTrace);
        }

        return properties;

        void Add(string name, string? value)
        {
            if (value is not null)
                properties.Add(name, value);
        }
    }

    private static async Task<IResult> Start(string name, string? instanceID, HttpRequest request, WorkflowApi api, CancellationToken cancellationToken)
    {
        var input = await BodyOf(request, cancellationToken);
        var id = await api.StartAsync(name, instanceID, input, startAt: null, cancellationToken);
        return Results.Json(new { instanceID = id }, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> Get(string instanceId, WorkflowApi api)
    {
        var state = await api.GetAsync(instanceId);
        return Results.Json(new
        {
            instanceID = state.InstanceId,
            workflowName = state.Name,
            createdAt = state.CreatedTimestamp.ToDateTime(),
            lastUpdatedAt = state.LastUpdatedTimestamp.ToDateTime(),
            runtimeStatus = NameOf(state.WorkflowStatus),
            properties = PropertiesOf(state),
        });
    }

    private static async Task<IResult> RaiseEvent(string instanceId, string eventName, HttpRequest request, WorkflowApi api, CancellationToken cancellationToken) =>
        await Accepted(api.RaiseEventAsync(instanceId, eventName, await BodyOf(request, cancellationToken)));

    private static async Task<IResult> Accepted(Task call)
    {
        await call;
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<string?> BodyOf(HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        var body = await reader.ReadToEndAsync(cancellationToken);
        return body.Length == 0 ? null : body;
    }

    private static async ValueTask<object?> ErrorsAsDaprd(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (WorkflowApiException refusal)
        {
            return Results.Json(new { errorCode = refusal.ErrorCode, message = refusal.Message }, statusCode: refusal.HttpStatus);
        }
    }
}
