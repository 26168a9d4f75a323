using System.Net.Http.Json;

namespace SmsDapr.Bench.Running;

/// <summary>A create request as the simulator saw it.</summary>
internal sealed record CreateRequest(DateTimeOffset At, string To);

/// <summary>The simulator's own API.</summary>
internal sealed class TwilioInspection(Uri simulator) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = simulator, Timeout = TimeSpan.FromMinutes(1) };

    public async Task<IReadOnlyList<CreateRequest>> RequestsAsync(CancellationToken cancellation) =>
        (await _client.GetFromJsonAsync<RequestList>("/_sim/requests", cancellation))!.Items;

    /// <summary>From now on no receipts are sent, so that the bench can send them.</summary>
    public async Task KeepReceiptsAsync(CancellationToken cancellation)
    {
        using var response = await _client.PostAsJsonAsync("/_sim/plans", new { rules = new[] { new { behaviour = new { receipts = "lost" } } } }, cancellation);
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => _client.Dispose();

    private sealed record RequestList(IReadOnlyList<CreateRequest> Items);
}
