using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using SmsDapr.Service.Composing;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Service.Tests.Composing;

/// <summary>A composer, a sidecar with a conversation component, and a model that answers over HTTP as a test says.</summary>
public sealed class ModelBesideSidecar : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("smsdapr-");
    private WebApplication? _model;
    private WebApplication? _sidecar;
    private SidecarChannel? _channel;

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 9, 18, 0, 0, TimeSpan.Zero));

    /// <summary>What the model was asked, oldest first.</summary>
    internal ConcurrentQueue<JsonObject> Questions { get; } = [];

    /// <summary>The model's next answers; the last one stays. A null text is an answer 500.</summary>
    internal ConcurrentQueue<string?> Answers { get; } = [];

    /// <summary>Holds every answer back.</summary>
    internal Task Hold { get; set; } = Task.CompletedTask;

    internal RecordingLogger Log { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _model = builder.Build();
        _model.Urls.Add("http://127.0.0.1:0");
        _model.MapPost("/v1/chat/completions", AnswerAsync);
        await _model.StartAsync();

        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "llm.yaml"), $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: llm
            spec:
              type: conversation.openai
              version: v1
              metadata:
                - name: key
                  value: "key"
                - name: model
                  value: "test-model"
                - name: endpoint
                  value: "{_model.Urls.Single()}/v1"
            """);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "echo.yaml"), """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: echo
            spec:
              type: conversation.echo
              version: v1
              metadata: []
            """);
        var options = new SidecarOptions
        {
            AppId = "composing-tests",
            HttpPort = 0,
            GrpcPort = 0,
            ResourcesPaths = [_directory.FullName],
            DataDirectory = _directory.FullName,
        };
        _sidecar = SidecarHost.Create(options, TimeProvider.System, NoWork.Instance, new StateFaults(), logging => logging.ClearProviders());
        await _sidecar.StartAsync();
        _channel = new SidecarChannel(new DaprOptions
        {
            GrpcEndpoint = SidecarAddresses.Of(_sidecar).Grpc,
            HttpEndpoint = SidecarAddresses.Of(_sidecar).Grpc,
            StateStore = "statestore",
            PubSub = "pubsub",
        });
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_sidecar is not null)
            await _sidecar.DisposeAsync();
        if (_model is not null)
            await _model.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    internal ReminderComposer Composer(string component = "llm", decimal? price = 1m, double seconds = 10) => new(
        _channel!,
        new ModelAvailability(new TimeProviderClock(Clock)),
        new ComposingOptions
        {
            DefaultLanguage = "en",
            Component = component,
            Timeout = Duration.FromSeconds(seconds),
            PromptUsdPerMillionTokens = price,
            CompletionUsdPerMillionTokens = price * 10,
        },
        Log);

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        Questions.Enqueue((await request.ReadFromJsonAsync<JsonObject>())!);
        await Hold.WaitAsync(request.HttpContext.RequestAborted);
        var text = Answers.Count > 1 && Answers.TryDequeue(out var next) ? next : Answers.TryPeek(out var last) ? last : null;
        return text is null
            ? Results.StatusCode(500)
            : Results.Json(new
            {
                model = "test-model-2026",
                choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = text } } },
                usage = new { prompt_tokens = 300, completion_tokens = 20, total_tokens = 320 },
            });
    }

    internal sealed class RecordingLogger : ILogger<ReminderComposer>
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");
    }

    private sealed class NoWork : IWorkTracker, IDisposable
    {
        public static readonly NoWork Instance = new();

        public IDisposable Begin() => this;

        public void Dispose()
        {
        }
    }
}
