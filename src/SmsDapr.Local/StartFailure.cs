using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Local;

/// <summary>A start that cannot go on, explained in one line that a user can act on.</summary>
internal sealed class StartFailure(string message) : Exception(message)
{
    /// <summary>The line for a known kind of failure; null for a defect, which keeps its stack trace.</summary>
    public static string? Explain(Exception exception) =>
        exception switch
        {
            StartFailure or SidecarStartException => exception.Message,
            OptionsValidationException options => string.Join(" ", options.Failures),
            AddressInUseException or IOException { InnerException: AddressInUseException } => exception.Message,
            SocketException socket => socket.Message,
            AggregateException { InnerExceptions: [var only] } => Explain(only),
            _ => null,
        };
}
