using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using SmsDapr.Core.Delivery;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Delivery;

/// <summary>What Twilio calls. The signature is checked before anything is read for meaning, looked up or logged.</summary>
internal static class TwilioWebhooks
{
    private const int MaxBodyBytes = 64 * 1024;

    // Silence: Twilio answers keywords itself.
    private const string EmptyTwiml = "<Response></Response>";

    public static void MapTwilioWebhooks(this IEndpointRouteBuilder routes)
    {
        var twilio = routes.MapGroup("/webhooks/twilio").AllowAnonymous().ExcludeFromDescription();
        twilio.MapPost("/status", StatusAsync);
        twilio.MapPost("/inbound", InboundAsync);
    }

    private static async Task<IResult> StatusAsync(HttpContext context, TwilioOptions options, StatusReceipts receipts, CancellationToken cancellation)
    {
        var request = context.Request;
        if (await ReadAsync(request, cancellation) is not { } body)
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        if (!IsSigned(context, options, body))
            return Results.StatusCode(StatusCodes.Status403Forbidden);

        var fields = TwilioFields.Read(body, IsForm(request));
        if (fields["MessageSid"] is not { } sid || fields["MessageStatus"] is not { } status)
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        if (fields["AccountSid"] is { } account && account != options.AccountSid)
            return Results.NoContent();

        var callback = new StatusCallback(
            sid,
            status,
            Number(fields["ErrorCode"]),
            fields["To"],
            request.Query["messageId"] is [{ Length: > 0 } messageId] ? messageId : null,
            Number(request.Query["attempt"]),
            CarrierTime.Parse(fields["RawDlrDoneDate"]));
        try
        {
            await receipts.TakeAsync(callback, cancellation);
            return Results.NoContent();
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            // Only Twilio knows whose receipt this is, and it does not say; it repeats the receipt.
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<IResult> InboundAsync(HttpContext context, TwilioOptions options, InboundTexts texts, CancellationToken cancellation)
    {
        var request = context.Request;
        if (await ReadAsync(request, cancellation) is not { } body)
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        if (!IsSigned(context, options, body))
            return Results.StatusCode(StatusCodes.Status403Forbidden);

        var fields = TwilioFields.Read(body, IsForm(request));
        if (fields["From"] is not { } from)
            return Results.StatusCode(StatusCodes.Status400BadRequest);

        if (fields["AccountSid"] is not { } account || account == options.AccountSid)
            await texts.TakeAsync(new InboundText(fields["MessageSid"], from, fields["Body"], fields["OptOutType"]), cancellation);
        return Results.Content(EmptyTwiml, "text/xml", Encoding.UTF8);
    }

    private static bool IsSigned(HttpContext context, TwilioOptions options, byte[] body)
    {
        var request = context.Request;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var address = options.PublicBaseUrl?.AbsoluteUri.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}";
        return TwilioSignature.Matches(options.AuthToken ?? "", address + target, body, IsForm(request), request.Headers["X-Twilio-Signature"]);
    }

    private static bool IsForm(HttpRequest request) =>
        request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (body.Length + read > MaxBodyBytes)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
