using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Bindings;

internal sealed record BindingRequest(string Operation, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);

internal sealed record BindingResponse(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A component that the application calls.</summary>
internal interface IOutputBinding : IComponent
{
    /// <exception cref="BindingException">The call failed; the message says how without quoting data.</exception>
    Task<BindingResponse> InvokeAsync(BindingRequest request, CancellationToken cancellationToken);
}

internal sealed class BindingException(string message, Exception? cause = null) : Exception(message, cause);
