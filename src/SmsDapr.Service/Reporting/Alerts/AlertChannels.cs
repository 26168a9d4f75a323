using Dapr;
using Dapr.Client;
using Grpc.Core;

namespace SmsDapr.Service.Reporting.Alerts;

/// <summary>Tells people of alerts: always the log, and the output binding <c>alerts</c> where there is one.</summary>
internal sealed partial class AlertChannels(DaprClient dapr, ILogger<AlertChannels> logger)
{
    private const string Binding = "alerts";

    /// <summary>The operation that every output binding has for «take this».</summary>
    private const string Operation = "create";

    public async Task<IReadOnlyList<AlertNotice>> TellAsync(Alert alert, CancellationToken cancellation)
    {
        if (alert.ResolvedAt is not null)
            LogResolved(logger, alert.Kind, alert.Id);
        else if (alert.Severity == AlertSeverity.Critical)
            LogCritical(logger, alert.Kind, alert.Id, alert.Value, alert.Threshold);
        else
            LogWarning(logger, alert.Kind, alert.Id, alert.Value, alert.Threshold);

        var log = new AlertNotice("log", true);
        try
        {
            var metadata = await dapr.GetMetadataAsync(cancellation);
            if (!metadata.Components.Any(component => component.Name == Binding))
                return [log];
            await dapr.InvokeBindingAsync(Binding, Operation, AlertView.Of(alert), cancellationToken: cancellation);
            return [log, new AlertNotice(Binding, true)];
        }
        catch (Exception e) when (e is DaprException or RpcException)
        {
            LogNotTold(logger, alert.Kind, alert.Id, e.GetType().Name);
            return [log, new AlertNotice(Binding, false)];
        }
    }

    [LoggerMessage(8001, LogLevel.Critical, "Alert {Kind} ({AlertId}): {Value} is beyond {Threshold}")]
    private static partial void LogCritical(ILogger logger, AlertKind kind, string alertId, decimal value, decimal threshold);

    [LoggerMessage(8002, LogLevel.Warning, "Alert {Kind} ({AlertId}): {Value} is beyond {Threshold}")]
    private static partial void LogWarning(ILogger logger, AlertKind kind, string alertId, decimal value, decimal threshold);

    [LoggerMessage(8003, LogLevel.Information, "Alert {Kind} ({AlertId}) is resolved")]
    private static partial void LogResolved(ILogger logger, AlertKind kind, string alertId);

    [LoggerMessage(8004, LogLevel.Error, "Alert {Kind} ({AlertId}) could not be handed to the binding ({Failure})")]
    private static partial void LogNotTold(ILogger logger, AlertKind kind, string alertId, string failure);
}
