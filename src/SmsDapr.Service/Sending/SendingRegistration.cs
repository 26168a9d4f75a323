using System.Net;
using Microsoft.Extensions.Http.Resilience;
using NodaTime;
using Polly;

namespace SmsDapr.Service.Sending;

internal static class SendingRegistration
{
    /// <summary>A call is given up after this; <see cref="AttemptLookup.CallIsOver"/> must stay longer.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);

    private const int ConcurrentCalls = 64;
    private const int QueuedCalls = 10_000;

    public static void AddSending(this WebApplicationBuilder builder)
    {
        builder.AddTwilioHost<TwilioClient>((pipeline, services) => AddLimits(pipeline, services.GetRequiredService<TwilioCircuit>()));
        builder.AddTwilioHost<TwilioVerify>((pipeline, _) => AddVerifyLimits(pipeline));
        builder.Services.AddSingleton<TwilioCircuit>();
        builder.Services.AddSingleton<SenderPace>();
        builder.Services.AddSingleton<SendingPause>();
        builder.Services.AddSingleton<AttemptLookup>();
        builder.Services.AddSingleton<SendContexts>();
        builder.Services.AddSingleton<SlotKeeper>();
        builder.Services.AddSingleton<SendGuard>();
        builder.Services.AddSingleton<AttemptMaker>();
    }

    private static void AddTwilioHost<TClient>(
        this WebApplicationBuilder builder, Action<ResiliencePipelineBuilder<HttpResponseMessage>, IServiceProvider> addLimits)
        where TClient : class
    {
        var client = builder.Services.AddHttpClient(typeof(TClient).Name, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                AutomaticDecompression = DecompressionMethods.All,
            });
        client.AddResilienceHandler("twilio", (pipeline, context) => addLimits(pipeline, context.ServiceProvider));
        client.AddHttpMessageHandler(services => new WholeAnswer(services.GetRequiredService<IClock>()));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<TClient>(
            services, services.GetRequiredService<IHttpClientFactory>().CreateClient(typeof(TClient).Name)));
    }

    /// <summary>
    /// A limit of calls under way, so that one hanging call holds up one message; the time limit counts from the moment a call
    /// leaves the queue. Reads are repeated; a create never is, since its outcome may be open.
    /// </summary>
    private static void AddLimits(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TwilioCircuit circuit)
    {
        var retry = new HttpRetryStrategyOptions { MaxRetryAttempts = 2, Delay = TimeSpan.FromMilliseconds(200), UseJitter = true };
        retry.DisableForUnsafeHttpMethods();

        // A hanging connection is real time, whatever clock the service runs on.
        pipeline.TimeProvider = TimeProvider.System;
        pipeline
            .AddRetry(retry)
            .AddConcurrencyLimiter(ConcurrentCalls, QueuedCalls)
            .AddPipeline(circuit.Build())
            .AddTimeout(CallLimit);
    }

    /// <summary>Verify is another host: whether it answers says nothing about sending. A caller waits, so nothing queues for long.</summary>
    private static void AddVerifyLimits(ResiliencePipelineBuilder<HttpResponseMessage> pipeline)
    {
        pipeline.TimeProvider = TimeProvider.System;
        pipeline
            .AddConcurrencyLimiter(ConcurrentCalls, ConcurrentCalls)
            .AddTimeout(CallLimit);
    }
}
