using System.Net;
using System.Net.Http.Headers;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Bindings;

/// <summary>Starts the input bindings that the application answers for, and brings it their events.</summary>
internal sealed partial class InputBindings(
    ComponentRegistry components,
    AppChannel app,
    InboundRetries retries,
    ILogger<InputBindings> logger) : IAppListener, IDisposable
{
    private const int Probes = 3;
    private const string Direction = "direction";

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _abandon = new();
    private readonly List<IInputBinding> _started = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Those that need no answer first: probing may take long.
        foreach (var (spec, binding) in components.OfType<IInputBinding>().OrderBy(component => component.Spec.Text(Direction) is null))
        {
            var route = spec.Text("route") ?? spec.Name;
            if (!await WantsAsync(spec, route, cancellationToken))
                continue;

            binding.Start((metadata, work) => DeliverAsync(spec.Name, route, metadata, work));
            _started.Add(binding);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(_abandon.Cancel);
        await Task.WhenAll(_started.Select(binding => binding.StopAsync(cancellationToken)));
    }

    public void Dispose() => _abandon.Dispose();

    private async Task<bool> WantsAsync(ComponentSpec spec, string route, CancellationToken cancellationToken)
    {
        if (spec.Text(Direction) is { } direction)
            return direction.Split(',').Any(part => part.Trim().Equals("input", StringComparison.OrdinalIgnoreCase));

        for (var probe = 1; probe <= Probes; probe++)
        {
            if (await ProbeAsync(spec.Name, route, cancellationToken) is not { } wants)
                continue;
            if (!wants)
                NotWanted(spec.Name);
            return wants;
        }

        NeverSaid(spec.Name);
        return false;
    }

    /// <summary>Null: no answer. An application that is slow or gone must not take the sidecar's other work with it.</summary>
    private async Task<bool?> ProbeAsync(string name, string route, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ProbeTimeout);
        try
        {
            using var response = await app.SendAsync(HttpMethod.Options, route, null, timeout.Token);
            return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.MethodNotAllowed;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            ProbeUnanswered(name, failure is HttpRequestException ? "no connection" : "no answer in time");
            return null;
        }
    }

    private Task<DeliveryOutcome> DeliverAsync(string name, string route, IReadOnlyDictionary<string, string> metadata, WorkUnit work) =>
        retries.RunAsync(name, work, cancellation => PostAsync(name, route, metadata, cancellation), _abandon.Token);

    private async Task<DeliveryOutcome> PostAsync(string name, string route, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent([]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, route.TrimStart('/')) { Content = content };
        foreach (var (header, value) in metadata)
            request.Headers.TryAddWithoutValidation(header, value);
        try
        {
            using var response = await app.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
                return DeliveryOutcome.Success;
            Refused(name, (int)response.StatusCode);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Unanswered(name, failure.GetType().Name);
        }

        return DeliveryOutcome.Retry;
    }

    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "The application does not want input binding {Name}")]
    private partial void NotWanted(string name);

    [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "The application answered input binding {Name} with {Status}")]
    private partial void Refused(string name, int status);

    [LoggerMessage(EventId = 202, Level = LogLevel.Warning, Message = "The application did not answer input binding {Name}: {Failure}")]
    private partial void Unanswered(string name, string failure);

    [LoggerMessage(EventId = 203, Level = LogLevel.Information, Message = "The application did not say yet whether it wants input binding {Name}: {Failure}")]
    private partial void ProbeUnanswered(string name, string failure);

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "The application never said whether it wants input binding {Name}, which stays off; metadata direction: input starts it without asking")]
    private partial void NeverSaid(string name);
}
