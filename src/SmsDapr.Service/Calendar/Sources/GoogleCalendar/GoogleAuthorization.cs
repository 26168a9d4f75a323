using System.Net;
using System.Net.Http.Headers;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>Signs calls with the access token of their calendar; a refused token is replaced once. Reads the answer as a whole, within limits.</summary>
internal sealed class GoogleAuthorization(GoogleAccessTokens tokens, GoogleCallLimits limits) : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<CalendarAddress> Calendar = new("google-calendar");

    public static void For(HttpRequestMessage request, CalendarAddress calendar) => request.Options.Set(Calendar, calendar);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(Calendar, out var calendar))
            throw new InvalidOperationException("A request to Google names no calendar.");
        var token = await tokens.GetAsync(calendar, refused: null, cancellationToken);
        var response = await SendAsync(request, token, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;
        response.Dispose();
        return await SendAsync(request, await tokens.GetAsync(calendar, token, cancellationToken), cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string token, CancellationToken cancellation)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await base.SendAsync(request, cancellation);
        try
        {
            // Here, under the time limit of one attempt: a body that trickles in is as bad as none.
            await response.Content.LoadIntoBufferAsync(limits.MaxResponseBytes, cancellation);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
