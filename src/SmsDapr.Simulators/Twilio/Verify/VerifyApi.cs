using System.Text.Json.Serialization;
using SmsDapr.Simulators.Twilio.Accounts;

namespace SmsDapr.Simulators.Twilio.Verify;

/// <summary>Verify v2 under the same port. No text appears on the phone: the code is always the one of the options.</summary>
internal static class VerifyApi
{
    private static readonly HashSet<string> Channels = new(StringComparer.Ordinal) { "sms", "call", "email", "whatsapp", "sna", "auto" };

    public static void MapVerify(this IEndpointRouteBuilder app)
    {
        var service = app.MapGroup("/v2/Services/{service}").AddEndpointFilter(CheckAccessAsync);
        service.MapPost("/Verifications", StartAsync);
        service.MapGet("/Verifications/{sid}", (string service, string sid, Verifications verifications, SimulatorOptions options) =>
            Answer(verifications.Find(service, sid), options));
        service.MapPost("/Verifications/{sid}", FinishAsync);
        service.MapPost("/VerificationCheck", CheckAsync);
    }

    private static async ValueTask<object?> CheckAccessAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        return http.RequestServices.GetRequiredService<AccountAccess>().Check(http.Request) switch
        {
            Credentials.None => TwilioAnswers.Unauthorized(http),
            Credentials.Test => TwilioAnswers.Error(new TwilioError(20008, StatusCodes.Status403Forbidden)),
            _ => await next(context),
        };
    }

    private static async Task<IResult> StartAsync(string service, HttpRequest request, Verifications verifications, SimulatorOptions options)
    {
        var form = await FormAsync(request);
        if (E164.Normalize(form["To"].ToString()) is not { } to || !Channels.Contains(form["Channel"].ToString()))
            return TwilioAnswers.Error(60200);
        return verifications.Start(service, to, form["Channel"].ToString()) is { } started
            ? Answer(started, options, StatusCodes.Status201Created)
            : TwilioAnswers.Error(new TwilioError(60203, StatusCodes.Status429TooManyRequests));
    }

    private static async Task<IResult> CheckAsync(string service, HttpRequest request, Verifications verifications, SimulatorOptions options)
    {
        var form = await FormAsync(request);
        var to = form["VerificationSid"] is [{ Length: > 0 } sid, ..]
            ? verifications.Find(service, sid)?.To
            : E164.Normalize(form["To"].ToString());
        if (form["Code"] is not [{ Length: >= 4 and <= 10 } code, ..])
            return TwilioAnswers.Error(60200);
        if (to is null)
            return TwilioAnswers.Error(TwilioError.NotFound);
        var (verification, exhausted) = verifications.Check(service, to, code);
        return exhausted
            ? TwilioAnswers.Error(new TwilioError(60202, StatusCodes.Status429TooManyRequests))
            : Answer(verification, options);
    }

    private static async Task<IResult> FinishAsync(
        string service, string sid, HttpRequest request, Verifications verifications, SimulatorOptions options)
    {
        var form = await FormAsync(request);
        return form["Status"].ToString() switch
        {
            "canceled" => Answer(verifications.Finish(service, sid, VerificationStatus.Canceled), options),
            "approved" => Answer(verifications.Finish(service, sid, VerificationStatus.Approved), options),
            _ => TwilioAnswers.Error(60200),
        };
    }

    private static async Task<IFormCollection> FormAsync(HttpRequest request) =>
        request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;

    private static IResult Answer(Verification? verification, SimulatorOptions options, int status = StatusCodes.Status200OK) =>
        verification is null
            ? TwilioAnswers.Error(TwilioError.NotFound)
            : TwilioAnswers.Ok(
                new VerificationJson(
                    verification.Sid,
                    verification.ServiceSid,
                    options.AccountSid,
                    verification.To,
                    verification.Channel,
                    verification.Status.ToString().ToLowerInvariant(),
                    verification.Status == VerificationStatus.Approved,
                    null,
                    null,
                    verification.CreatedAt.UtcDateTime,
                    verification.UpdatedAt.UtcDateTime),
                status);

    private sealed record VerificationJson(
        [property: JsonPropertyName("sid")] string Sid,
        [property: JsonPropertyName("service_sid")] string ServiceSid,
        [property: JsonPropertyName("account_sid")] string AccountSid,
        [property: JsonPropertyName("to")] string To,
        [property: JsonPropertyName("channel")] string Channel,
        [property: JsonPropertyName("status")] string Status,
        [property: JsonPropertyName("valid")] bool Valid,
        [property: JsonPropertyName("amount")] string? Amount,
        [property: JsonPropertyName("payee")] string? Payee,
        [property: JsonPropertyName("date_created")] DateTime DateCreated,
        [property: JsonPropertyName("date_updated")] DateTime DateUpdated);
}
