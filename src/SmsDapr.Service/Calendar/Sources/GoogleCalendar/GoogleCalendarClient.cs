using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodaTime;
using NodaTime.Text;
using Polly.Timeout;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>Google's Events resource and push channels over HTTP. What a calendar is called stands in the address, so nothing here is logged.</summary>
internal sealed class GoogleCalendarClient(HttpClient http, GoogleCalendarOptions options, TimeProvider time)
{
    private const int PageSize = 250;

    /// <exception cref="SyncTokenExpiredException">A full round is needed.</exception>
    public Task<GoogleEvents> ListAsync(CalendarAddress calendar, CalendarCursor cursor, CancellationToken cancellation)
    {
        // With at most one attendee Google leaves all out but the calendar's owner, the only one who is read.
        var query = $"?singleEvents=true&maxAttendees=1&maxResults={PageSize}"
            + (cursor.SyncToken is { } token
                ? $"&syncToken={Uri.EscapeDataString(token)}"
                : $"&timeMin={Text(cursor.From)}&timeMax={Text(cursor.To)}")
            + (cursor.PageToken is { } page ? $"&pageToken={Uri.EscapeDataString(page)}" : "");
        return SendAsync(calendar, HttpMethod.Get, Events(calendar) + query, null, GoogleJson.Default.GoogleEvents, cancellation);
    }

    /// <summary>Null when Google knows no such event (any more), or does not let this calendar be read.</summary>
    public async Task<GoogleEvent?> FindAsync(CalendarAddress calendar, string eventId, CancellationToken cancellation)
    {
        using var request = Request(calendar, HttpMethod.Get, $"{Events(calendar)}/{Uri.EscapeDataString(eventId)}?maxAttendees=1");
        using var response = await SendAsync(request, cancellation);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return null;
        return await ReadAsync(response, GoogleJson.Default.GoogleEvent, cancellation);
    }

    /// <summary>Ends without an exception when the calendar can be read.</summary>
    public Task ProbeAsync(CalendarAddress calendar, CancellationToken cancellation) => SendAsync(
        calendar, HttpMethod.Get, $"{Events(calendar)}?maxResults=1&fields=timeZone", null, GoogleJson.Default.GoogleEvents, cancellation);

    /// <summary>The channel, or null when calendars of this kind cannot be watched.</summary>
    public async Task<GoogleChannel?> WatchAsync(CalendarAddress calendar, GoogleWatch watch, CancellationToken cancellation)
    {
        using var request = Request(calendar, HttpMethod.Post, $"{Events(calendar)}/watch");
        request.Content = JsonContent.Create(watch, GoogleJson.Default.GoogleWatch);
        using var response = await SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.BadRequest
            && await GoogleError.ReadAsync(response, time, cancellation) is { Reason: "pushNotSupportedForRequestedResource" })
            return null;
        return await ReadAsync(response, GoogleJson.Default.GoogleChannel, cancellation);
    }

    public async Task StopAsync(CalendarAddress calendar, GoogleStop channel, CancellationToken cancellation)
    {
        using var request = Request(calendar, HttpMethod.Post, "/channels/stop");
        request.Content = JsonContent.Create(channel, GoogleJson.Default.GoogleStop);
        using var response = await SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode && response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Gone))
            throw (await GoogleError.ReadAsync(response, time, cancellation)).ToException();
    }

    private static string Events(CalendarAddress calendar) => $"/calendars/{Uri.EscapeDataString(calendar.CalendarId)}/events";

    private static string Text(Instant instant) => Uri.EscapeDataString(InstantPattern.General.Format(instant));

    private HttpRequestMessage Request(CalendarAddress calendar, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(options.BaseUrl.AbsoluteUri.TrimEnd('/') + path));
        GoogleAuthorization.For(request, calendar);
        return request;
    }

    private async Task<T> SendAsync<T>(
        CalendarAddress calendar, HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = Request(calendar, method, path);
        request.Content = content;
        using var response = await SendAsync(request, cancellation);
        return await ReadAsync(response, type, cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(request, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutRejectedException or IOException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The kind only: the text of some names the address, and with it the calendar.
            throw new CalendarUnavailableException($"Google does not answer ({failure.GetType().Name}).");
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
            throw (await GoogleError.ReadAsync(response, time, cancellation)).ToException();
        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellation), type) ?? throw new JsonException("Null is no answer.");
        }
        catch (JsonException)
        {
            throw new CalendarUnavailableException("Google's answer cannot be read.");
        }
    }
}
