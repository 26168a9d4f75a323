using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace SmsDapr.Simulators.Twilio;

/// <summary>Bodies in the form that the REST API gives them.</summary>
internal static class TwilioAnswers
{
    private const string ProxyPage = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Ok<T>(T body, int status = StatusCodes.Status200OK) =>
        Results.Json(body, Json, "application/json", status);

    public static IResult Error(int code) => Error(TwilioError.Invalid(code));

    public static IResult Error(TwilioError error) => Ok(error, error.Status);

    /// <summary>What a proxy on the way answers: no JSON, no code.</summary>
    public static IResult Page(int status) => Results.Content(ProxyPage, "text/html", statusCode: status);

    public static IResult Unauthorized(HttpContext http)
    {
        http.Response.Headers[HeaderNames.WWWAuthenticate] = "Basic realm=\"Twilio API\"";
        return Error(TwilioError.Unauthorized);
    }
}
