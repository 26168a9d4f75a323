using System.Net;
using System.Text;
using System.Text.Json;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>What Google says when it refuses; front ends answer in HTML and say nothing.</summary>
internal sealed record GoogleError(HttpStatusCode Status, string? Reason, string? Location, TimeSpan? RetryAfter)
{
    // Google names no time: its quotas of a day fill again slowly.
    private static readonly TimeSpan QuotaPause = TimeSpan.FromMinutes(15);

    /// <summary>Whether the same request may be answered in a moment.</summary>
    public bool IsPassing => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        || (Status == HttpStatusCode.Forbidden && Reason is "rateLimitExceeded" or "userRateLimitExceeded");

    /// <summary>A token in the query is not good any more, or never was.</summary>
    public bool IsStaleToken => Status == HttpStatusCode.Gone || (Status == HttpStatusCode.BadRequest && Location is "syncToken" or "pageToken");

    public static async Task<GoogleError> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        var error = new GoogleError(response.StatusCode, null, null, retryAfter);
        try
        {
            // As bytes, which can be had more than once: whether to repeat and what to say of it are decided apart.
            var body = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellation), GoogleJson.Default.GoogleErrorBody);
            var first = body?.Error?.Errors is [var found, ..] ? found : null;
            return error with { Reason = first?.Reason ?? body?.Error?.Status, Location = first?.Location };
        }
        catch (JsonException)
        {
            return error;
        }
    }

    /// <summary>The exception that a caller of a source sees.</summary>
    public Exception ToException() => this switch
    {
        { IsStaleToken: true } => new SyncTokenExpiredException(),
        { IsPassing: true } => new CalendarUnavailableException($"Google answered {(int)Status}.") { RetryAfter = RetryAfter },
        { Status: HttpStatusCode.Forbidden, Reason: "quotaExceeded" or "dailyLimitExceeded" } =>
            new CalendarUnavailableException("Google's quota is used up.") { RetryAfter = RetryAfter ?? QuotaPause },
        { Status: HttpStatusCode.Unauthorized } => new CalendarRefusedException("unauthorized"),
        { Status: HttpStatusCode.NotFound } => new CalendarRefusedException("not_found"),
        { Status: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } => new CalendarRefusedException(Problem()),
        _ => new CalendarUnavailableException($"Google answered {(int)Status}.") { RetryAfter = RetryAfter },
    };

    private string Problem()
    {
        if (Reason is not { Length: > 0 and <= 60 } reason || !reason.All(letter => char.IsAsciiLetter(letter) || letter is '_' or '.'))
            return Status == HttpStatusCode.Forbidden ? "forbidden" : "bad_request";
        // PERMISSION_DENIED and insufficientPermissions alike.
        if (reason.All(letter => !char.IsAsciiLetterLower(letter)))
            return reason.ToLowerInvariant();
        var name = new StringBuilder();
        foreach (var letter in reason.Replace('.', '_'))
        {
            if (char.IsAsciiLetterUpper(letter) && name.Length > 0)
                name.Append('_');
            name.Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }
}
