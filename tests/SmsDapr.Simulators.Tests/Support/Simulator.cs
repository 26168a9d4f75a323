using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace SmsDapr.Simulators.Tests.Support;

/// <summary>A simulator on a free port with a clock that stands still, and a client that holds its credentials.</summary>
internal sealed class Simulator : IAsyncDisposable
{
    public const string To = "+12025550147";
    public const string From = "+15005550006";
    public const string Service = "MG0123456789abcdef0123456789abcdef";

    public static readonly DateTimeOffset Start = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private Simulator(WebApplication app, SimulatorOptions options, FakeTimeProvider clock)
    {
        App = app;
        Options = options;
        Clock = clock;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Client.DefaultRequestHeaders.Authorization = Basic(options.AccountSid, options.AuthToken);
    }

    public WebApplication App { get; }

    public SimulatorOptions Options { get; }

    public FakeTimeProvider Clock { get; }

    public HttpClient Client { get; }

    public string Account => $"/2010-04-01/Accounts/{Options.AccountSid}";

    public string Messages => $"{Account}/Messages.json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Simulator> StartAsync(
        SimulatorOptions? options = null, FakeTimeProvider? clock = null, Action<WebApplicationBuilder>? configure = null)
    {
        options = (options ?? new SimulatorOptions()) with { Port = 0 };
        clock ??= new FakeTimeProvider(Start);
        var app = SimulatorHost.Create(options, clock, configure);
        await app.StartAsync(Cancellation);
        return new Simulator(app, options, clock);
    }

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] form) => Client.PostAsync(
        path, new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))), Cancellation);

    public Task<HttpResponseMessage> SendAsync(string to = To, string body = "Standup in 15 mins", string? callback = null) =>
        PostAsync(Messages, [("To", to), ("From", From), ("Body", body), .. Callback(callback)]);

    public Task<HttpResponseMessage> SendByServiceAsync(string to = To, string? callback = null, params (string, string)[] more) =>
        PostAsync(Messages, [("To", to), ("MessagingServiceSid", Service), ("Body", "Standup in 15 mins"), .. Callback(callback), .. more]);

    /// <summary>Creates a message that is accepted and gives its SID.</summary>
    public async Task<string> CreateAsync(string to = To, string body = "Standup in 15 mins", string? callback = null)
    {
        using var answer = await SendAsync(to, body, callback);
        return (await JsonAsync(answer, 201)).GetProperty("sid").GetString()!;
    }

    public Task<JsonElement> FetchAsync(string sid) => GetAsync($"{Account}/Messages/{sid}.json");

    public async Task<string> StatusAsync(string sid) => (await FetchAsync(sid)).GetProperty("status").GetString()!;

    public Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>(path, Cancellation);

    public async Task<JsonElement[]> ItemsAsync(string path) => [.. (await GetAsync(path)).GetProperty("items").EnumerateArray()];

    public async Task<JsonElement[]> TextsAsync(string number = To) =>
        [.. (await GetAsync($"/_sim/phones/{Uri.EscapeDataString(number)}")).GetProperty("texts").EnumerateArray()];

    public Task<HttpResponseMessage> PlanAsync(object rule) =>
        Client.PostAsJsonAsync("/_sim/plans", new { rules = new[] { rule } }, Cancellation);

    public async Task<JsonElement> ReplyAsync(string number, string body)
    {
        using var answer = await Client.PostAsJsonAsync($"/_sim/phones/{Uri.EscapeDataString(number)}/reply", new { body }, Cancellation);
        return await JsonAsync(answer, 201);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer, int status)
    {
        ((int)answer.StatusCode).ShouldBe(status, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    public static async Task ShouldRefuseAsync(HttpResponseMessage answer, int status, int code)
    {
        var error = await JsonAsync(answer, status);
        error.GetProperty("code").GetInt32().ShouldBe(code);
        error.GetProperty("status").GetInt32().ShouldBe(status);
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        error.GetProperty("more_info").GetString().ShouldBe($"https://www.twilio.com/docs/errors/{code}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
    }

    private static (string, string)[] Callback(string? url) => url is null ? [] : [("StatusCallback", url)];
}
