using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SmsDapr.Sidecar.Tests;

/// <summary>A small HTTP server on a free port whose answer a test decides.</summary>
internal sealed class StubServer(WebApplication app) : IAsyncDisposable
{
    public string Url => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public int Port => new Uri(Url).Port;

    public static async Task<StubServer> StartAsync(Func<HttpRequest, Task<IResult>> answer, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.Map("/{*path}", answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new StubServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
