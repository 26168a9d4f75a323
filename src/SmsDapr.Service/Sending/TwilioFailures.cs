using Polly;

namespace SmsDapr.Service.Sending;

internal static class TwilioFailures
{
    /// <summary>
    /// Whether a read brought no usable answer: it failed on the way, took too long, or was not made because Twilio is
    /// known to be down. Our own shutdown is none of these.
    /// </summary>
    public static bool IsNoAnswer(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException or ExecutionRejectedException
        || (e is OperationCanceledException && !cancellation.IsCancellationRequested);
}
