using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Users;

/// <summary>A number that the user wants to verify.</summary>
public sealed record PhoneVerificationRequest([property: Required] string? PhoneNumber);

/// <summary>A code is on its way.</summary>
public sealed record PhoneVerificationView(string Status);

/// <summary>The code that came as a text.</summary>
public sealed record PhoneVerificationCheckRequest([property: Required, RegularExpression("^[A-Za-z0-9]{4,10}$")] string? Code)
{
    /// <summary>The request without the code, which must not reach a log.</summary>
    public override string ToString() => nameof(PhoneVerificationCheckRequest);
}

internal static class PhoneVerificationApi
{
    private const string RetryAfterSeconds = "30";
    private const int ShortestCode = 4;
    private const int LongestCode = 10;

    public static void MapPhoneVerification(this RouteGroupBuilder user)
    {
        user.MapPost("/phone/verification", StartAsync)
            .WithName("startPhoneVerification")
            .WithRequestExample("""{ "phoneNumber": "+14155550100" }""")
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("Sends a code to a number that the user says is his; the number in use keeps working until the new one is verified.");
        user.MapPost("/phone/verification/check", CheckAsync)
            .WithName("checkPhoneVerification")
            .WithRequestExample("""{ "code": "123456" }""")
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("Verifies the number with the code; after five wrong ones only a new start helps.");
    }

    public static async Task<Results<Accepted<PhoneVerificationView>, ProblemHttpResult>> StartAsync(
        string userId,
        PhoneVerificationRequest request,
        PhoneVerifications verifications,
        SmsOptions options,
        HttpResponse response,
        CancellationToken cancellation)
    {
        if (PhoneNumbers.Normalise(request.PhoneNumber, options.DefaultRegion) is not PhoneNumberReading.Number number)
            return Problem.Invalid("phoneNumber", "must be a possible phone number, with + and country code");

        switch (await verifications.StartAsync(userId, number.E164, cancellation))
        {
            case VerificationStart.Pending:
                return TypedResults.Accepted((string?)null, new PhoneVerificationView("pending"));
            case VerificationStart.Taken:
                return PhoneTaken();
            case VerificationStart.Refused:
                return Problem.Invalid("phoneNumber", "cannot receive a code");
            case VerificationStart.Limited limited:
                if (limited.Wait is { } wait)
                    response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return Problem.Of(StatusCodes.Status429TooManyRequests, "Too many codes were asked for; try again later.");
            default:
                return Unavailable(response);
        }
    }

    public static async Task<Results<Ok<PreferencesView>, ProblemHttpResult>> CheckAsync(
        string userId,
        PhoneVerificationCheckRequest request,
        Caller caller,
        PhoneVerifications verifications,
        PreferencesReader view,
        HttpResponse response,
        CancellationToken cancellation)
    {
        if (request.Code?.Trim() is not { Length: >= ShortestCode and <= LongestCode } code || !code.All(char.IsAsciiLetterOrDigit))
            return Problem.Invalid("code", "must be the code that was sent");

        return await verifications.CheckAsync(userId, code, cancellation) switch
        {
            VerificationCheck.Verified verified => TypedResults.Ok(await view.ReadAsync(verified.Preferences, caller, cancellation)),
            VerificationCheck.Wrong => Problem.Invalid("code", "is not the code that was sent"),
            VerificationCheck.NothingToCheck => Problem.Invalid("code", "is not awaited or too old; start a new verification"),
            VerificationCheck.Blocked => Problem.Of(StatusCodes.Status429TooManyRequests, "Too many wrong codes; start a new verification."),
            VerificationCheck.Taken => PhoneTaken(),
            _ => Unavailable(response),
        };
    }

    private static ProblemHttpResult PhoneTaken() => Problem.Conflict("phone_taken", "Another user has this number verified.");

    private static ProblemHttpResult Unavailable(HttpResponse response)
    {
        response.Headers.RetryAfter = RetryAfterSeconds;
        return Problem.Of(StatusCodes.Status503ServiceUnavailable, "Phone numbers can't be verified at the moment.");
    }
}
