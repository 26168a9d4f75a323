using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using Serilog.Events;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class PrivacyTests(RunningService running)
{
    [Fact]
    public async Task Logs_atTheFinestLevel_holdNoNumberUserOrKey()
    {
        var log = new LogInMemory();
        await using var service = await running.StartServiceAsync(
            running.GrpcAddress,
            builder => builder.Services.AddSingleton<ILogEventSink>(log),
            "--Serilog:MinimumLevel:Default=Debug",
            "--Serilog:MinimumLevel:Override:SmsDapr.Service.Hosting.Auth.ApiKeyHandler=Debug");
        using var client = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };
        client.DefaultRequestHeaders.Add("X-Api-Key", RunningService.AdminKey);

        foreach (var body in new[] { """{"phoneNumber":"+14155550123","verified":true}""", """{"phoneNumber":"+14155550123x","verified":true}""", """{"phoneNumber":"+1415555""" })
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            await client.PutAsync("/v1/users/someone@example.org/phone?number=+14155550123", content, TestContext.Current.CancellationToken);
        }

        var lines = log.Lines.ToArray();
        lines.ShouldContain(line => line.Contains("PUT /v1/users/{userId}/phone answered 200"));
        foreach (var secret in new[] { "4155550123", "someone@example.org", RunningService.AdminKey })
            lines.ShouldNotContain(line => line.Contains(secret));
    }

    private sealed class LogInMemory : ILogEventSink
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public void Emit(LogEvent logEvent)
        {
            // Framework categories stay at warning in every configuration that ships.
            if (logEvent.Properties.TryGetValue("SourceContext", out var source) && source.ToString().StartsWith("\"SmsDapr", StringComparison.Ordinal))
                Lines.Enqueue(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture).Replace("\"", "", StringComparison.Ordinal) + logEvent.Exception);
        }
    }
}
