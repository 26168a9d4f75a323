using System.Globalization;
using System.Text.Json.Serialization;

namespace SmsDapr.Simulators.Twilio.Messages;

/// <summary>The message resource as the 2010 API writes it: numbers as text, dates in RFC 2822.</summary>
internal sealed record MessageJson(
    [property: JsonPropertyName("account_sid")] string AccountSid,
    [property: JsonPropertyName("api_version")] string ApiVersion,
    [property: JsonPropertyName("body")] string Body,
    [property: JsonPropertyName("date_created")] string DateCreated,
    [property: JsonPropertyName("date_sent")] string? DateSent,
    [property: JsonPropertyName("date_updated")] string DateUpdated,
    [property: JsonPropertyName("direction")] string Direction,
    [property: JsonPropertyName("error_code")] int? ErrorCode,
    [property: JsonPropertyName("error_message")] string? ErrorMessage,
    [property: JsonPropertyName("from")] string? From,
    [property: JsonPropertyName("messaging_service_sid")] string? MessagingServiceSid,
    [property: JsonPropertyName("num_media")] string NumMedia,
    [property: JsonPropertyName("num_segments")] string NumSegments,
    [property: JsonPropertyName("price")] string? Price,
    [property: JsonPropertyName("price_unit")] string PriceUnit,
    [property: JsonPropertyName("sid")] string Sid,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("subresource_uris")] IReadOnlyDictionary<string, string> SubresourceUris,
    [property: JsonPropertyName("to")] string To,
    [property: JsonPropertyName("uri")] string Uri)
{
    private const decimal PricePerSegment = 0.0079m;

    public static MessageJson Of(Message message, string accountSid, bool fetched = false)
    {
        var path = $"/2010-04-01/Accounts/{accountSid}/Messages/{message.Sid}";
        var subresources = new Dictionary<string, string> { ["media"] = $"{path}/Media.json" };
        if (fetched)
            subresources["feedback"] = $"{path}/Feedback.json";
        return new MessageJson(
            accountSid,
            "2010-04-01",
            message.Body,
            Date(message.CreatedAt),
            message.SentAt is { } sent ? Date(sent) : null,
            Date(message.UpdatedAt),
            message.Direction == MessageDirection.Inbound ? "inbound" : "outbound-api",
            message.ErrorCode,
            message.ErrorCode is { } code ? TwilioError.Text(code) : null,
            message.From,
            message.MessagingServiceSid,
            "0",
            Segments(message).ToString(CultureInfo.InvariantCulture),
            message.Status is MessageStatus.Delivered or MessageStatus.Undelivered
                ? (-PricePerSegment * message.Segments).ToString("0.00000", CultureInfo.InvariantCulture)
                : null,
            "USD",
            message.Sid,
            message.Status.Text(),
            subresources,
            message.To,
            $"{path}.json");
    }

    // Unknown to Twilio until a service has picked a sender.
    private static int Segments(Message message) =>
        message.Status is MessageStatus.Accepted or MessageStatus.Scheduled ? 0 : message.Segments;

    private static string Date(DateTimeOffset at) =>
        at.ToString("ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture);
}

internal sealed record MessagePageJson(
    [property: JsonPropertyName("first_page_uri")] string FirstPageUri,
    [property: JsonPropertyName("end")] int End,
    [property: JsonPropertyName("previous_page_uri")] string? PreviousPageUri,
    [property: JsonPropertyName("messages")] IReadOnlyList<MessageJson> Messages,
    [property: JsonPropertyName("uri")] string Uri,
    [property: JsonPropertyName("page_size")] int PageSize,
    [property: JsonPropertyName("start")] int Start,
    [property: JsonPropertyName("next_page_uri")] string? NextPageUri,
    [property: JsonPropertyName("page")] int Page);
