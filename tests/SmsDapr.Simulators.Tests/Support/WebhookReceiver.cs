using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace SmsDapr.Simulators.Tests.Support;

internal sealed record Webhook(string Target, IReadOnlyList<KeyValuePair<string, string>> Form, IHeaderDictionary Headers)
{
    public string? this[string name] => Form.Where(pair => pair.Key == name).Select(pair => pair.Value).SingleOrDefault();

    public string Status => this["MessageStatus"]!;

    public string Signature => Headers["X-Twilio-Signature"].ToString();

    public string Token => Headers["I-Twilio-Idempotency-Token"].ToString();
}

/// <summary>A real web server that takes webhooks and answers as it is told.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly Channel<Webhook> _received = Channel.CreateUnbounded<Webhook>();
    private readonly WebApplication _app;
    private int _count;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public string BaseUrl => _app.Urls.Single();

    public string Url => $"{BaseUrl}/hooks/status?messageId=1&attempt=1";

    /// <summary>Decides each answer; gets the request's number, from 1 on.</summary>
    public Func<int, HttpContext, Task> Answer { get; set; } = (_, http) =>
    {
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    };

    public int Count => Volatile.Read(ref _count);

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public async Task<Webhook> NextAsync()
    {
        using var patience = new Patience();
        return await _received.Reader.ReadAsync(patience.Token);
    }

    public async Task<string[]> NextStatusesAsync(int count)
    {
        var statuses = new List<string>();
        while (statuses.Count < count)
            statuses.Add((await NextAsync()).Status);
        return [.. statuses];
    }

    public bool HasMore => _received.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        _app.Lifetime.StopApplication();
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var form = body.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .Select(pair => KeyValuePair.Create(Decode(pair[0]), Decode(pair[1])));
        var number = Interlocked.Increment(ref _count);
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var headers = new HeaderDictionary(http.Request.Headers.ToDictionary());
        await _received.Writer.WriteAsync(new Webhook(target, [.. form], headers));
        await Answer(number, http);
    }

    private static string Decode(string text) => WebUtility.UrlDecode(text);
}
