using System.Globalization;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows.Api;

namespace SmsDapr.Sidecar.Api;

/// <summary>The workflow methods of the Dapr service, which exist as Alpha1 and Beta1 only.</summary>
internal sealed class WorkflowMethods(WorkflowApi workflows) : IDaprApi<WorkflowMethods>
{
    private const string StartTimeOption = "dapr.workflow.start_time";

    public static void Bind(DaprMethods<WorkflowMethods> methods)
    {
        foreach (var stage in (string[])["Alpha1", "Beta1"])
        {
            methods.Unary<StartWorkflowRequest, StartWorkflowResponse>($"StartWorkflow{stage}", (api, request, call) => api.StartAsync(request, call.CancellationToken));
            methods.Unary<GetWorkflowRequest, GetWorkflowResponse>($"GetWorkflow{stage}", (api, request, _) => api.GetAsync(request));
            methods.Unary<RaiseEventWorkflowRequest, Empty>($"RaiseEventWorkflow{stage}", (api, request, _) =>
                CallAsync(() => api.Engine.RaiseEventAsync(request.InstanceId, request.EventName, Text(request.EventData))));
            methods.Unary<PauseWorkflowRequest, Empty>($"PauseWorkflow{stage}", (api, request, _) => CallAsync(() => api.Engine.PauseAsync(request.InstanceId)));
            methods.Unary<ResumeWorkflowRequest, Empty>($"ResumeWorkflow{stage}", (api, request, _) => CallAsync(() => api.Engine.ResumeAsync(request.InstanceId)));
            methods.Unary<TerminateWorkflowRequest, Empty>($"TerminateWorkflow{stage}", (api, request, _) => CallAsync(() => api.Engine.TerminateAsync(request.InstanceId)));
            methods.Unary<PurgeWorkflowRequest, Empty>($"PurgeWorkflow{stage}", (api, request, _) => CallAsync(() => api.Engine.PurgeAsync(request.InstanceId)));
        }
    }

    private WorkflowApi Engine => workflows;

    private async Task<StartWorkflowResponse> StartAsync(StartWorkflowRequest request, CancellationToken cancellationToken)
    {
        DateTimeOffset? startAt = null;
        if (request.Options.TryGetValue(StartTimeOption, out var text))
        {
            startAt = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
                ? parsed
                : throw new DaprErrorException(
                    StatusCode.Internal, StatusCodes.Status500InternalServerError, "ERR_START_WORKFLOW", $"option {StartTimeOption} is not an RFC 3339 time");
        }

        var id = await CallAsync(() => workflows.StartAsync(request.WorkflowName, request.InstanceId, Text(request.Input), startAt, cancellationToken));
        return new StartWorkflowResponse { InstanceId = id };
    }

    private async Task<GetWorkflowResponse> GetAsync(GetWorkflowRequest request)
    {
        var state = await CallAsync(() => workflows.GetAsync(request.InstanceId));
        var response = new GetWorkflowResponse
        {
            InstanceId = state.InstanceId,
            WorkflowName = state.Name,
            CreatedAt = state.CreatedTimestamp,
            LastUpdatedAt = state.LastUpdatedTimestamp,
            RuntimeStatus = WorkflowHttpApi.NameOf(state.WorkflowStatus),
        };
        response.Properties.Add(WorkflowHttpApi.PropertiesOf(state));
        return response;
    }

    private static string? Text(ByteString payload) => payload.IsEmpty ? null : payload.ToStringUtf8();

    private static async Task<Empty> CallAsync(Func<Task> call)
    {
        await CallAsync(async () =>
        {
            await call();
            return true;
        });
        return new Empty();
    }

    private static async Task<TResult> CallAsync<TResult>(Func<Task<TResult>> call)
    {
        try
        {
            return await call();
        }
        catch (WorkflowApiException refusal)
        {
            throw new DaprErrorException(refusal.GrpcCode, refusal.HttpStatus, refusal.ErrorCode, refusal.Message);
        }
    }
}
