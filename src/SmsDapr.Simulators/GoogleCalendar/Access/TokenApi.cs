using System.Buffers.Text;
using System.Text.Json;
using SmsDapr.Simulators.GoogleCalendar.Behaviours;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Access;

/// <summary>The token endpoint: refresh tokens of users, and signed assertions of service accounts, whose signature is not checked.</summary>
internal static class TokenApi
{
    private const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    // Google's libraries name this audience whatever address they post to.
    private const string Audience = "https://oauth2.googleapis.com/token";

    public static void MapGoogleTokens(this IEndpointRouteBuilder app) =>
        app.MapPost("/token", HandleAsync).WithCall(CalendarCall.Token);

    private static async Task<IResult> HandleAsync(HttpRequest request, AccessTokens tokens, CalendarState state, SimulatorOptions options, TimeProvider clock)
    {
        if (!request.HasFormContentType)
            return Refuse("invalid_request", "A form is expected.");
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        switch ((string?)form["grant_type"])
        {
            case "refresh_token":
                if (form["client_id"] != options.ClientId || form["client_secret"] != options.ClientSecret)
                    return Refuse("invalid_client", "The OAuth client was not found.", StatusCodes.Status401Unauthorized);
                var refresh = (string?)form["refresh_token"];
                if (string.IsNullOrEmpty(refresh))
                    return Refuse("invalid_request", "Missing required parameter: refresh_token");
                return Grant(AccessTokens.ConsentOf(refresh));
            case JwtBearer:
                return ReadClaims(form["assertion"]) is { } claims ? GrantAccount(claims) : Refuse("invalid_grant", "Invalid JWT.");
            default:
                return Refuse("unsupported_grant_type", "Invalid grant_type.");
        }

        IResult GrantAccount(JsonElement claims)
        {
            if (Text(claims, "iss") is not { Length: > 0 } account || Text(claims, "aud") != Audience || Text(claims, "scope") is not { Length: > 0 })
                return Refuse("invalid_grant", "Invalid JWT: iss, aud and scope are needed.");
            var now = clock.GetUtcNow().ToUnixTimeSeconds();
            if (Number(claims, "iat") is not { } iat || Number(claims, "exp") is not { } exp || exp <= now || iat > now + 300 || exp - iat > 3600)
                return Refuse("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.");
            return Grant(Text(claims, "sub") ?? account);
        }

        IResult Grant(string consent) => state.IsRevoked(consent)
            ? Refuse("invalid_grant", "Token has been expired or revoked.")
            : Results.Json(new Dictionary<string, object>
            {
                ["access_token"] = tokens.Issue(consent),
                ["expires_in"] = (long)options.AccessTokenLifetime.TotalSeconds,
                ["scope"] = "https://www.googleapis.com/auth/calendar.events.readonly",
                ["token_type"] = "Bearer",
            });
    }

    private static IResult Refuse(string error, string description, int status = StatusCodes.Status400BadRequest) =>
        Results.Json(new Dictionary<string, string> { ["error"] = error, ["error_description"] = description }, statusCode: status);

    private static JsonElement? ReadClaims(string? assertion)
    {
        if (assertion?.Split('.') is not [_, var payload, { Length: > 0 }] || !Base64Url.IsValid(payload))
            return null;
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(payload)) is { ValueKind: JsonValueKind.Object } claims ? claims : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
