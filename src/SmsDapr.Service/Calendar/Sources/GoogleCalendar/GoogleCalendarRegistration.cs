using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

internal static class GoogleCalendarRegistration
{
    private const string HttpName = nameof(GoogleCalendarClient);

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    public static void AddGoogleCalendar(this IServiceCollection services)
    {
        services.TryAddSingleton(new GoogleCallLimits());
        services.AddSingleton<GoogleAccessTokens>();
        services.AddTransient<GoogleAuthorization>();
        services.AddHttpClient(GoogleAccessTokens.HttpName, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(Connections)
            // One handler serves as long as the service runs; its connections do not.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .AddResilienceHandler(
                "google-tokens", (pipeline, context) => AddTimeout(pipeline, context.ServiceProvider.GetRequiredService<GoogleCallLimits>().AttemptLimit));
        services.AddHttpClient(HttpName, http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(Connections)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Addresses name calendars, which are called like their owners.
            .RemoveAllLoggers()
            .AddResilienceHandler(
                "google-calendar", (pipeline, context) => AddLimits(pipeline, context.ServiceProvider.GetRequiredService<GoogleCallLimits>()));
        services.AddHttpClient(HttpName).AddHttpMessageHandler<GoogleAuthorization>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<GoogleCalendarClient>(
            provider, provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpName)));
        services.AddSingleton<ICalendarSource, GoogleCalendarSource>();
    }

    private static SocketsHttpHandler Connections() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = ConnectLimit,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.All,
    };

    private static void AddTimeout(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TimeSpan limit)
    {
        // A hanging connection is real time, whatever clock the service runs on.
        pipeline.TimeProvider = TimeProvider.System;
        pipeline.AddTimeout(limit);
    }

    private static void AddLimits(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, GoogleCallLimits limits)
    {
        pipeline.TimeProvider = limits.Time;
        pipeline
            .AddTimeout(limits.TotalLimit)
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = limits.Retries,
                Delay = limits.FirstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = limits.Jitter,
                ShouldHandle = async attempt => await IsWorthRepeatingAsync(attempt, limits),
            })
            .AddTimeout(limits.AttemptLimit);
    }

    /// <summary>Reads only, and only what passes by itself soon: a watch that got no answer may exist.</summary>
    private static async ValueTask<bool> IsWorthRepeatingAsync(
        Polly.Retry.RetryPredicateArguments<HttpResponseMessage> attempt, GoogleCallLimits limits)
    {
        if (attempt.Context.GetRequestMessage()?.Method != HttpMethod.Get)
            return false;
        if (attempt.Outcome.Result is not { } response)
            return attempt.Outcome.Exception is HttpRequestException or TimeoutRejectedException or IOException or CalendarUnavailableException;
        if (response.IsSuccessStatusCode)
            return false;
        var error = await GoogleError.ReadAsync(response, limits.Time, attempt.Context.CancellationToken);
        return error.IsPassing && !(error.RetryAfter > limits.LongestRetryAfter);
    }
}
