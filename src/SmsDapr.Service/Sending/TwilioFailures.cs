using System.Text.Json;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;

namespace SmsDapr.Service.Sending;

internal static class TwilioFailures
{
    /// <summary>
    /// Whether a read brought no usable answer: it failed on the way, took too long, or was not made because Twilio is
    /// known to be down. Our own shutdown is none of these.
    /// </summary>
    public static bool IsNoAnswer(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException or ExecutionRejectedException
        // What is not Twilio's JSON, or says nothing certain, is no answer.
        || e is JsonException or InvalidOperationException
        || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    /// <summary>Whether a request certainly did not reach Twilio: no connection came about, or it was not made because Twilio is known to be down.</summary>
    public static bool NeverLeft(Exception e) =>
        e is BrokenCircuitException or RateLimiterRejectedException
        || e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };
}
