using System.Globalization;
using System.Text.Json.Serialization;
using NodaTime;

namespace SmsDapr.Service.Sending;

/// <summary>The fields of Twilio's Message resource that the service reads.</summary>
internal sealed record TwilioMessage
{
    public required string Sid { get; init; }

    public string? Status { get; init; }

    public string? Body { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    [JsonPropertyName("messaging_service_sid")]
    public string? MessagingServiceSid { get; init; }

    [JsonPropertyName("error_code")]
    public int? ErrorCode { get; init; }

    /// <summary>RFC 2822, second precision.</summary>
    [JsonPropertyName("date_created")]
    public string? DateCreated { get; init; }

    [JsonIgnore]
    public Instant? CreatedAt =>
        DateTimeOffset.TryParse(DateCreated, CultureInfo.InvariantCulture, out var created) ? Instant.FromDateTimeOffset(created) : null;

    /// <summary>The SID only: numbers and text must not reach a log.</summary>
    public override string ToString() => $"Twilio message {Sid}";
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
