using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

internal static class FeedRegistration
{
    private const string HttpName = nameof(FeedClient);

    public static void AddCalendarFeeds(this IServiceCollection services)
    {
        services.TryAddSingleton(new FeedCallLimits());
        services.AddSingleton<FeedConnections>();
        services.AddSingleton<FeedCopies>();
        services.AddHttpClient(HttpName, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => provider.GetRequiredService<FeedConnections>().CreateHandler())
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .AddResilienceHandler("calendar-feeds", (pipeline, context) => AddLimits(pipeline, context.ServiceProvider.GetRequiredService<FeedCallLimits>()));
        services.AddHttpClient(HttpName).AddHttpMessageHandler(() => new WholeBody());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<FeedClient>(
            provider, provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpName)));
        services.AddSingleton<ICalendarSource, FeedCalendarSource>();
    }

    private static void AddLimits(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, FeedCallLimits limits)
    {
        // A hanging connection is real time, whatever clock the service runs on.
        pipeline.TimeProvider = TimeProvider.System;
        pipeline
            .AddTimeout(limits.TotalLimit)
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = limits.Retries,
                Delay = limits.FirstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = limits.Jitter,
                // Whoever asks us to stay away is asked again in the next round.
                ShouldHandle = attempt => ValueTask.FromResult(
                    HttpClientResiliencePredicates.IsTransient(attempt.Outcome)
                    && attempt.Outcome is not { Exception.InnerException: AddressNotAllowedException }
                    && attempt.Outcome.Result?.Headers.RetryAfter is null),
            })
            .AddTimeout(limits.AttemptLimit);
    }

    /// <summary>Reads the body under the time limit of the attempt, and no more of it than a calendar can have.</summary>
    private sealed class WholeBody : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            try
            {
                await response.Content.LoadIntoBufferAsync(FeedClient.MaxBytes, cancellationToken);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}
