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
        builder.AddTwilioHost<TwilioClient>();
        builder.AddTwilioHost<TwilioVerify>();
        builder.Services.AddSingleton<SendingPause>();
        builder.Services.AddSingleton<AttemptLookup>();
        builder.Services.AddSingleton<SendGuard>();
        builder.Services.AddSingleton<AttemptMaker>();
    }

    private static void AddTwilioHost<TClient>(this WebApplicationBuilder builder)
        where TClient : class
    {
        builder.Services.AddHttpClient(typeof(TClient).Name, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                AutomaticDecompression = DecompressionMethods.All,
            })
            .AddResilienceHandler("twilio", AddLimits);
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<TClient>(
            services, services.GetRequiredService<IHttpClientFactory>().CreateClient(typeof(TClient).Name)));
    }

    /// <summary>
    /// A limit of calls under way, so that one hanging call holds up one message; the time limit counts from the moment a call
    /// leaves the queue. Reads are repeated; a create never is, since its outcome may be open.
    /// </summary>
    private static void AddLimits(ResiliencePipelineBuilder<HttpResponseMessage> pipeline)
    {
        var retry = new HttpRetryStrategyOptions { MaxRetryAttempts = 2, Delay = TimeSpan.FromMilliseconds(200), UseJitter = true };
        retry.DisableForUnsafeHttpMethods();
        pipeline
            .AddRetry(retry)
            .AddConcurrencyLimiter(ConcurrentCalls, QueuedCalls)
            .AddTimeout(CallLimit);
    }
}
