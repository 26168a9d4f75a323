using System.Globalization;
using System.Net;
using System.Text.Json;
using NodaTime;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Sending;

/// <summary>A message to be created; <paramref name="StatusCallback"/> carries ids, never a number. From <paramref name="LeavesBefore"/> on it is not asked for any more.</summary>
internal sealed record CreateMessage(string To, string Body, bool SmartEncoding, Uri? StatusCallback, Instant? LeavesBefore = null)
{
    /// <summary>Nothing of it: number and text must not reach a log.</summary>
    public override string ToString() => nameof(CreateMessage);
}

/// <summary>Twilio's Messages resource: create, fetch, list, redact, delete. Creates are never repeated here.</summary>
internal sealed class TwilioClient(HttpClient http, TwilioOptions options)
{
    private const int LookUpPages = 20;

    private string MessagesPath => $"/2010-04-01/Accounts/{options.AccountSid}/Messages";

    public async Task<CreateOutcome> CreateAsync(CreateMessage message, CancellationToken cancellation)
    {
        var form = new List<KeyValuePair<string, string>> { new("To", message.To), new("Body", message.Body) };
        if (options.MessagingServiceSid is { } service)
        {
            form.Add(new("MessagingServiceSid", service));
        }
        else if (options.From is { } from)
        {
            form.Add(new("From", from));
        }

        if (message.StatusCallback is { } callback)
        {
            form.Add(new("StatusCallback", callback.AbsoluteUri));
        }

        if (message.SmartEncoding)
        {
            form.Add(new("SmartEncoded", "true"));
        }

        form.Add(new("ValidityPeriod", ((int)options.ValidityPeriod.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        using var request = Request(HttpMethod.Post, $"{MessagesPath}.json");
        request.Content = new FormUrlEncodedContent(form);
        if (message.LeavesBefore is { } limit)
            request.Options.Set(WholeAnswer.LeavesBefore, limit);
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return await ReadCreateAsync(response, cancellation);
        }
        catch (Exception e) when (e is BrokenCircuitException or RateLimiterRejectedException or TooLateToLeaveException)
        {
            return new CreateOutcome.NotMade();
        }
        catch (HttpRequestException e)
            when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            return new CreateOutcome.Refused(null, null, null);
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            return new CreateOutcome.Unknown(HttpStatus: null);
        }
    }

    /// <summary>The message, or null when Twilio has none with this SID.</summary>
    public async Task<TwilioMessage?> FetchAsync(string sid, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, $"{MessagesPath}/{Uri.EscapeDataString(sid)}.json");
        using var response = await http.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(TwilioJson.Default.TwilioMessage, cancellation);
    }

    /// <summary>Empties the text of Twilio's copy; true when it is empty or gone, false when Twilio does not take that (yet).</summary>
    public async Task<bool> RedactAsync(string sid, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Post, $"{MessagesPath}/{Uri.EscapeDataString(sid)}.json");
        request.Content = new FormUrlEncodedContent([new("Body", "")]);
        using var response = await http.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound;
    }

    /// <summary>Deletes Twilio's copy; true when it is gone, false when Twilio does not take that (yet).</summary>
    public async Task<bool> DeleteAsync(string sid, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Delete, $"{MessagesPath}/{Uri.EscapeDataString(sid)}.json");
        using var response = await http.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound;
    }

    /// <summary>All messages to a number since a UTC day, newest first as Twilio lists them.</summary>
    public async Task<IReadOnlyList<TwilioMessage>> ListAsync(string to, DateOnly since, CancellationToken cancellation)
    {
        var found = new List<TwilioMessage>();
        var next = $"{MessagesPath}.json?To={Uri.EscapeDataString(to)}&DateSent%3E={since:yyyy-MM-dd}&PageSize=200";
        for (var page = 0; next is not null; page++)
        {
            if (page == LookUpPages)
            {
                throw new InvalidOperationException($"Twilio lists more than {LookUpPages} pages for one number; nothing certain can be said about the attempt.");
            }

            var read = await GetPageAsync(next, cancellation);
            found.AddRange(read.Messages);
            next = read.NextPageUri;
        }

        return found;
    }

    /// <summary>Whether the account answers a read: true yes, false it refuses our credentials.</summary>
    public async Task<bool> ProbeAccountAsync(CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, $"{MessagesPath}.json?PageSize=1");
        using var response = await http.SendAsync(request, cancellation);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        return true;
    }

    private async Task<TwilioMessagePage> GetPageAsync(string path, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, path);
        using var response = await http.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(TwilioJson.Default.TwilioMessagePage, cancellation)
            ?? throw new JsonException("Twilio answered a list with null.");
    }

    private static async Task<CreateOutcome> ReadCreateAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
        {
            var created = await TryReadAsync<TwilioMessage>(response, cancellation);
            return created is null
                ? new CreateOutcome.Unknown((int)response.StatusCode)
                : new CreateOutcome.Accepted(created.Sid, created.Status ?? "queued");
        }

        var status = (int)response.StatusCode;
        var error = await TryReadAsync<TwilioErrorBody>(response, cancellation);
        if (status >= 500 || response.StatusCode == HttpStatusCode.RequestTimeout)
        {
            return new CreateOutcome.Unknown(status, error?.Code, error?.Message);
        }

        var code = error?.Code ?? response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => 20003,
            HttpStatusCode.Forbidden => 20403,
            HttpStatusCode.NotFound => 20404,
            HttpStatusCode.TooManyRequests => 20429,
            _ => null,
        };
        return new CreateOutcome.Refused(code, status, error?.Message);
    }

    /// <summary>Proxies answer in HTML or not at all: a body that is not Twilio's JSON is no body.</summary>
    private static async Task<T?> TryReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return (T?)await response.Content.ReadFromJsonAsync(typeof(T), TwilioJson.Default, cancellation);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: a charset that nobody knows.
            return null;
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string pathAndQuery) =>
        TwilioRequest.Create(options, method, new Uri(options.BaseUrl, pathAndQuery));
}
