namespace SmsDapr.Sidecar.Hosting;

/// <summary>What a building block does once the application listens.</summary>
internal interface IAppListener
{
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops bringing new work to the application, waits for what is on its way and abandons it when cancelled.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>Waits in the background for the application's port and then starts subscriptions and input bindings.</summary>
internal sealed partial class AppConnection(AppChannel app, IEnumerable<IAppListener> listeners, IWorkTracker work, ILogger<AppConnection> logger) : BackgroundService
{
    private readonly List<IAppListener> _started = [];
    private WorkUnit? _connecting;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // A clock that moved before the timers of input bindings are set would pass their ticks over.
        if (app.Exists)
            _connecting = new WorkUnit(work);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            foreach (var listener in _started)
                await listener.StopAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Abandoned();
        }
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

            _connecting?.Dispose();
            app.MarkReady();
            Connected();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            GaveUp();
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or OperationCanceledException)
        {
            Unreachable(unreachable);
        }
        finally
        {
            _connecting?.Dispose();
        }
    }

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "The application listens; subscriptions and input bindings are running")]
    private partial void Connected();

    [LoggerMessage(EventId = 112, Level = LogLevel.Warning, Message = "Stopped while deliveries to the application were still under way")]
    private partial void Abandoned();

    [LoggerMessage(EventId = 113, Level = LogLevel.Error, Message = "The application listens but does not answer; it gets no events")]
    private partial void Unreachable(Exception exception);

    [LoggerMessage(EventId = 111, Level = LogLevel.Information, Message = "Stopped before the application listened")]
    private partial void GaveUp();
}
