using NodaTime;

namespace SmsDapr.Service.Sending;

/// <summary>
/// Innermost: reads answers to their end, so that the time limit around it holds for one that stalls after its headers too, and lets go of a request
/// that waited in the queue until it is too late for it.
/// </summary>
internal sealed class WholeAnswer(IClock clock) : DelegatingHandler
{
    /// <summary>When a request must not leave any more, since others count on its being over.</summary>
    public static readonly HttpRequestOptionsKey<Instant> LeavesBefore = new("leaves-before");

    private const long LongestAnswer = 16 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Options.TryGetValue(LeavesBefore, out var limit) && clock.GetCurrentInstant() >= limit)
            throw new TooLateToLeaveException();

        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}

/// <summary>The request was not made.</summary>
internal sealed class TooLateToLeaveException() : Exception("The request waited too long to be made.");
