using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Bindings;

/// <summary>Output bindings over gRPC and HTTP.</summary>
internal sealed class BindingsApi(ComponentRegistry components) : IDaprApi<BindingsApi>
{
    public static void Bind(DaprMethods<BindingsApi> methods) =>
        methods.Unary<InvokeBindingRequest, InvokeBindingResponse>("InvokeBinding", (api, request, call) => api.InvokeAsync(request, call.CancellationToken));

    public async Task<BindingResponse> InvokeAsync(string name, BindingRequest request, CancellationToken cancellationToken)
    {
        if (!components.TryFind<IOutputBinding>(name, out _, out var binding))
            throw Failed(name, $"couldn't find output binding {name}");
        try
        {
            return await binding.InvokeAsync(request, cancellationToken);
        }
        catch (BindingException failure)
        {
            throw Failed(name, failure.Message);
        }
    }

    private async Task<InvokeBindingResponse> InvokeAsync(InvokeBindingRequest request, CancellationToken cancellationToken)
    {
        var response = await InvokeAsync(
            request.Name, new BindingRequest(request.Operation, request.Data.Memory, new Dictionary<string, string>(request.Metadata)), cancellationToken);
        var answer = new InvokeBindingResponse { Data = UnsafeByteOperations.UnsafeWrap(response.Data) };
        foreach (var (key, value) in response.Metadata)
            answer.Metadata.Add(key, value);
        return answer;
    }

    private static DaprErrorException Failed(string name, string problem) => new(
        StatusCode.Internal, StatusCodes.Status500InternalServerError, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {name}: {problem}");
}
