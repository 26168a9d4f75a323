using System.Text.Json.Serialization;

namespace SmsDapr.Service.Sending;

/// <summary>The fields of Twilio's Message resource that the service reads.</summary>
internal sealed record TwilioMessage
{
    public required string Sid { get; init; }

    public string? Status { get; init; }

    public string? Body { get; init; }

    public string? From { get; init; }

    [JsonPropertyName("messaging_service_sid")]
    public string? MessagingServiceSid { get; init; }

    [JsonPropertyName("error_code")]
    public int? ErrorCode { get; init; }

    /// <summary>RFC 2822, second precision.</summary>
    [JsonPropertyName("date_created")]
    public string? DateCreated { get; init; }
}

internal sealed record TwilioMessagePage
{
    public IReadOnlyList<TwilioMessage> Messages { get; init; } = [];

    [JsonPropertyName("next_page_uri")]
    public string? NextPageUri { get; init; }
}

internal sealed record TwilioErrorBody
{
    public int? Code { get; init; }

    public string? Message { get; init; }
}

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(TwilioMessage))]
[JsonSerializable(typeof(TwilioMessagePage))]
[JsonSerializable(typeof(TwilioErrorBody))]
internal sealed partial class TwilioJson : JsonSerializerContext;
