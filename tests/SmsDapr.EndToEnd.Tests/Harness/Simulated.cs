using System.Net.Http.Json;
using System.Text.Json;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>The Twilio simulator as a test sees and scripts it.</summary>
public sealed class Simulated(HttpClient http)
{
    private static readonly Uri Plans = new("/_sim/plans", UriKind.Relative);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Adds rules; each is what the simulator's README calls a rule.</summary>
    public async Task PlanAsync(params object[] rules) => await VirtualSystem.JsonAsync(await http.PostAsJsonAsync(Plans, new { rules }, Cancellation));

    public async Task ForgetPlansAsync() => (await http.DeleteAsync(Plans, Cancellation)).EnsureSuccessStatusCode().Dispose();

    /// <summary>Every create request so far, in order.</summary>
    public Task<IReadOnlyList<JsonElement>> CreatesAsync() => ItemsAsync("/_sim/requests");

    /// <summary>The texts that arrived on a phone: SID and body.</summary>
    public async Task<IReadOnlyList<JsonElement>> TextsAsync(string phone)
    {
        using var response = await http.GetAsync(new Uri($"/_sim/phones/{Uri.EscapeDataString(phone)}", UriKind.Relative), Cancellation);
        return [.. (await VirtualSystem.JsonAsync(response)).GetProperty("texts").EnumerateArray()];
    }

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return [.. (await VirtualSystem.JsonAsync(response)).GetProperty("items").EnumerateArray()];
    }
}
