using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace SmsDapr.Sidecar.Hosting;

/// <summary>Where a started sidecar answers.</summary>
public sealed record SidecarAddresses(Uri Http, Uri Grpc)
{
    public static SidecarAddresses Of(WebApplication sidecar)
    {
        ArgumentNullException.ThrowIfNull(sidecar);
        var bound = sidecar.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [];
        return bound.Length == 2
            ? new SidecarAddresses(new Uri(bound[0]), new Uri(bound[1]))
            : throw new InvalidOperationException("The sidecar has not been started.");
    }
}
