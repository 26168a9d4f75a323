namespace SmsDapr.Sidecar.Hosting;

/// <summary>What a building block does once the application listens.</summary>
internal interface IAppListener
{
    Task StartAsync(CancellationToken stopping);

    /// <summary>Stops bringing new work to the application and waits for what is on its way.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>Waits in the background for the application's port and then starts subscriptions and input bindings.</summary>
internal sealed partial class AppConnection(AppChannel app, IEnumerable<IAppListener> listeners, ILogger<AppConnection> logger) : BackgroundService
{
    private readonly List<IAppListener> _started = [];

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var listener in _started)
            await listener.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!app.Exists)
            return;
        try
        {
            await app.WaitUntilListeningAsync(stoppingToken);
            foreach (var listener in listeners)
            {
                _started.Add(listener);
                await listener.StartAsync(stoppingToken);
            }

            Connected();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            GaveUp();
        }
    }

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "The application listens; subscriptions and input bindings are running")]
    private partial void Connected();

    [LoggerMessage(EventId = 111, Level = LogLevel.Information, Message = "Stopped before the application listened")]
    private partial void GaveUp();
}
