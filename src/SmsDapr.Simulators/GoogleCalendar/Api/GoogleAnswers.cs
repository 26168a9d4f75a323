using System.Text.Json.Nodes;

namespace SmsDapr.Simulators.GoogleCalendar.Api;

/// <summary>Answers in the form that Google's API gives them.</summary>
internal static class GoogleAnswers
{
    private const string FrontEndPage =
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error (Server Error)!!1</title><p><b>That's an error.</b><p>Please try again in 30 seconds.";

    public static IResult Ok(JsonNode body) => Results.Json(body);

    public static IResult Error(int status, string reason, string? location = null, string? message = null)
    {
        var text = message ?? reason;
        var detail = new JsonObject { ["domain"] = DomainOf(reason), ["reason"] = reason, ["message"] = text };
        if (location is not null)
        {
            detail["locationType"] = "parameter";
            detail["location"] = location;
        }

        var error = new JsonObject { ["errors"] = new JsonArray(detail), ["code"] = status, ["message"] = text };
        return Results.Json(new JsonObject { ["error"] = error }, statusCode: status);
    }

    public static IResult NotFound() => Error(StatusCodes.Status404NotFound, "notFound", message: "Not Found");

    public static IResult Invalid(string parameter) => Error(StatusCodes.Status400BadRequest, "invalid", parameter, "Invalid value");

    /// <summary>What a failing front end answers: no JSON.</summary>
    public static IResult Page(int status) => Results.Content(FrontEndPage, "text/html; charset=UTF-8", statusCode: status);

    public static IResult Unauthorized(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"";
        return Error(StatusCodes.Status401Unauthorized, "authError", message: "Invalid Credentials");
    }

    /// <summary>The calendar that a request names; <c>primary</c> is the calendar of the options.</summary>
    public static string? CalendarId(HttpContext http) => http.GetRouteValue("calendarId") is string id
        ? id == "primary" ? http.RequestServices.GetRequiredService<SimulatorOptions>().CalendarId : id
        : null;

    private static string DomainOf(string reason) => reason switch
    {
        "rateLimitExceeded" or "userRateLimitExceeded" or "quotaExceeded" or "dailyLimitExceeded" => "usageLimits",
        "timeRangeEmpty" or "fullSyncRequired" or "updatedMinTooLongAgo" => "calendar",
        _ => "global",
    };
}
