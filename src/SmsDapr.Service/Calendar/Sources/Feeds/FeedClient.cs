using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Polly.Timeout;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>Fetches feeds. Their addresses are secrets: none stands in a log or an exception.</summary>
internal sealed class FeedClient(HttpClient http, TimeProvider time)
{
    public const long MaxBytes = 10 * 1024 * 1024;

    private const int MaxRedirects = 5;

    /// <summary>The feed, or null when it is still as <paramref name="known"/> says.</summary>
    public async Task<FeedCopy?> FetchAsync(Uri address, FeedToken? known, CancellationToken cancellation)
    {
        try
        {
            using var response = await FollowAsync(address, known, cancellation);
            if (response.StatusCode == HttpStatusCode.NotModified && known is not null)
                return null;
            if (!response.IsSuccessStatusCode)
                throw Refusal(response);
            var copy = FeedCopy.Of(await ReadAsync(response.Content, cancellation), response.Headers.ETag?.ToString(), response.Content.Headers.LastModified);
            if (!copy.IsCalendar && known is null)
                throw new CalendarRefusedException("not_a_calendar");
            if (!copy.IsCalendar || !copy.IsWhole)
                throw new CalendarUnavailableException("The feed is not a whole calendar.");
            return copy.Token.Digest == known?.Digest ? null : copy;
        }
        catch (Exception failure) when (failure is AddressNotAllowedException || failure.InnerException is AddressNotAllowedException)
        {
            throw new CalendarRefusedException("address_not_allowed");
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new CalendarRefusedException("feed_too_large");
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutRejectedException or IOException or DecoderFallbackException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The kind only: the text of some names the address.
            throw new CalendarUnavailableException($"The feed does not answer ({failure.GetType().Name}).");
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(Uri address, FeedToken? known, CancellationToken cancellation)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = Request(address, known);
            var response = await http.SendAsync(request, cancellation);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return response;
            using (response)
            {
                if (redirects == MaxRedirects || response.Headers.Location is not { } location)
                    throw new CalendarRefusedException("too_many_redirects");
                var next = new Uri(address, location);
                if (!FeedAddress.IsFetchable(next) || (address.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
                    throw new CalendarRefusedException("address_not_allowed");
                address = next;
            }
        }
    }

    private static HttpRequestMessage Request(Uri address, FeedToken? known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/calendar, text/plain;q=0.5");
        request.Headers.UserAgent.ParseAdd("SmsDapr");
        if (address.UserInfo is { Length: > 0 } user)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(user))));
        if (known?.ETag is { } etag)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        else if (known?.LastModified is { } modified)
            request.Headers.IfModifiedSince = modified;
        return request;
    }

    /// <summary>RFC 5545 is UTF-8 whatever else the header claims, but old servers mean what they say.</summary>
    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        var bytes = await content.ReadAsByteArrayAsync(cancellation);
        return content.Headers.ContentType?.CharSet?.Trim('"').ToLowerInvariant() is "iso-8859-1" or "latin1"
            ? Encoding.Latin1.GetString(bytes)
            : Encoding.UTF8.GetString(bytes);
    }

    private Exception Refusal(HttpResponseMessage response)
    {
        var retryAfter = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - time.GetUtcNow() : null;
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new CalendarRefusedException("forbidden"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new CalendarRefusedException("not_found"),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                new CalendarUnavailableException($"The feed's server answered {(int)response.StatusCode}.") { RetryAfter = retryAfter },
            _ => new CalendarRefusedException("bad_request"),
        };
    }
}
