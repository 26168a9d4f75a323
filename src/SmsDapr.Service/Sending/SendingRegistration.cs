using System.Net;
using Microsoft.Extensions.Http.Resilience;
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
        builder.Services.AddHttpClient(nameof(TwilioClient), http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                AutomaticDecompression = DecompressionMethods.All,
            })
            .AddResilienceHandler("twilio", (pipeline, context) => AddLimits(pipeline, context.ServiceProvider.GetRequiredService<TwilioCircuit>()));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<TwilioClient>(
            services, services.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(TwilioClient))));
        builder.Services.AddSingleton<TwilioCircuit>();
        builder.Services.AddSingleton<SenderPace>();
        builder.Services.AddSingleton<SendingPause>();
        builder.Services.AddSingleton<AttemptLookup>();
        builder.Services.AddSingleton<SendGuard>();
        builder.Services.AddSingleton<AttemptMaker>();
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
}
