using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Access;
using SmsDapr.Simulators.GoogleCalendar.Behaviours;
using SmsDapr.Simulators.GoogleCalendar.Pushes;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Api;

/// <summary>Opening and closing push channels.</summary>
internal static class ChannelsApi
{
    private const int MaxIdLength = 64;
    private const int MaxTokenLength = 256;

    private static readonly Duration DefaultLife = Duration.FromDays(7);
    private static readonly Duration LongestLife = Duration.FromDays(30);

    public static void MapGoogleChannels(this IEndpointRouteBuilder app) =>
        app.MapPost("/calendar/v3/channels/stop", StopAsync).WithCall(CalendarCall.Stop);

    public static async Task<IResult> WatchAsync(HttpContext http, CalendarState state, CalendarPushes pushes, TimeProvider clock)
    {
        if (await ReadAsync(http) is not { } body)
            return GoogleAnswers.Error(StatusCodes.Status400BadRequest, "parseError", message: "Parse Error");
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var id = Text(body, "id");
        if (id is not { Length: > 0 and <= MaxIdLength })
            return GoogleAnswers.Error(StatusCodes.Status400BadRequest, id is null ? "required" : "invalid", "resource.id");
        if (Text(body, "type") != "web_hook")
            return GoogleAnswers.Invalid("resource.type");
        if (!Uri.TryCreate(Text(body, "address"), UriKind.Absolute, out var address)
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            return GoogleAnswers.Error(StatusCodes.Status400BadRequest, "push.webhookUrlNotHttps", message: "WebHook callback must be HTTPS.");
        var token = Text(body, "token");
        if (token?.Length > MaxTokenLength)
            return GoogleAnswers.Invalid("resource.token");

        var calendarId = GoogleAnswers.CalendarId(http)!;
        var channel = new Channel(
            id,
            calendarId,
            AccessTokens.ConsentOf(calendarId)[..26],
            $"{http.Request.Scheme}://{http.Request.Host}/calendar/v3/calendars/{Uri.EscapeDataString(calendarId)}/events?alt=json",
            address.AbsoluteUri,
            token,
            Instant.Min(Expiration(body, now), now + LongestLife).ToDateTimeOffset());
        if (!state.Open(channel))
            return GoogleAnswers.Error(StatusCodes.Status400BadRequest, "channelIdNotUnique", message: "Channel id not unique");
        await pushes.GreetAsync(channel);
        return GoogleAnswers.Ok(new JsonObject
        {
            ["kind"] = "api#channel",
            ["id"] = channel.Id,
            ["resourceId"] = channel.ResourceId,
            ["resourceUri"] = channel.ResourceUri,
            ["token"] = channel.Token,
            ["expiration"] = channel.ExpiresAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        });
    }

    private static async Task<IResult> StopAsync(HttpContext http, CalendarState state, AccessTokens tokens, TimeProvider clock)
    {
        if (!tokens.IsGood(http.Request.Headers.Authorization))
            return GoogleAnswers.Unauthorized(http);
        if (await ReadAsync(http) is not { } body || Text(body, "id") is not { } id || Text(body, "resourceId") is not { } resource)
            return GoogleAnswers.Error(StatusCodes.Status400BadRequest, "required");
        if (state.FindChannel(id, Instant.FromDateTimeOffset(clock.GetUtcNow())) is not { } channel || channel.ResourceId != resource)
            return GoogleAnswers.Error(StatusCodes.Status404NotFound, "notFound", message: $"Channel '{id}' not found for project");
        state.Close(id);
        return Results.NoContent();
    }

    private static Instant Expiration(JsonElement body, Instant now)
    {
        if (Text(body, "expiration") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return Instant.FromUnixTimeMilliseconds(milliseconds);
        return body.TryGetProperty("params", out var parameters)
            && Text(parameters, "ttl") is { } ttl
            && int.TryParse(ttl, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? now + Duration.FromSeconds(seconds)
                : now + DefaultLife;
    }

    private static async Task<JsonElement?> ReadAsync(HttpContext http)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body, cancellationToken: http.RequestAborted);
            return body.ValueKind == JsonValueKind.Object ? body : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
}
