using System.Text.Json.Serialization;

namespace SmsDapr.Simulators.Twilio;

/// <summary>An error answer of the REST API. Texts are ours and never echo what was sent.</summary>
internal sealed record TwilioError(
    [property: JsonPropertyName("code")] int Code,
    [property: JsonPropertyName("status")] int Status)
{
    private static readonly Dictionary<int, string> Texts = new()
    {
        [20003] = "Authenticate",
        [20004] = "Method not allowed",
        [20008] = "Resource not accessible with test account credentials",
        [20009] = "Resource is still being processed",
        [20404] = "The requested resource was not found",
        [20429] = "Too many concurrent requests",
        [20500] = "Internal server error",
        [20503] = "Service unavailable",
        [21211] = "The 'To' number is not a valid phone number",
        [21212] = "The 'From' number is not a valid sender",
        [21266] = "The 'To' and 'From' number cannot be the same",
        [21408] = "Permission to send an SMS has not been enabled for the region of the 'To' number",
        [21602] = "Message body is required",
        [21603] = "A 'From' phone number is required",
        [21604] = "A 'To' phone number is required",
        [21606] = "The 'From' phone number is not a valid message-capable number of this account",
        [21609] = "The 'StatusCallback' URL is not valid",
        [21610] = "Attempt to send to unsubscribed recipient",
        [21611] = "The 'From' number has exceeded the maximum number of queued messages",
        [21612] = "The 'To' number is not currently reachable using the 'From' number",
        [21614] = "The 'To' number is not a mobile number",
        [21617] = "The concatenated message body exceeds the 1600 character limit",
        [21619] = "A text message body or media URL must be specified",
        [21624] = "The 'ValidityPeriod' is out of range",
        [21705] = "The Messaging Service SID is not valid",
        [30002] = "Account suspended",
        [30003] = "Unreachable destination handset",
        [30004] = "Message blocked",
        [30005] = "Unknown destination handset",
        [30006] = "Landline or unreachable carrier",
        [30007] = "Message filtered",
        [30008] = "Unknown error",
        [30400] = "The message cannot be updated in this way",
        [30409] = "The message has reached a final state and cannot be canceled",
        [35111] = "'SendAt' is required when 'ScheduleType' is given",
        [35114] = "'SendAt' is not a valid date",
        [35115] = "'SendAt' is out of range",
        [35118] = "A Messaging Service is required to schedule a message",
        [35126] = "The 'ScheduleType' is not supported",
        [60200] = "Invalid parameter",
        [60202] = "Max check attempts reached",
        [60203] = "Max send attempts reached",
    };

    [JsonPropertyName("message")]
    public string Message => Text(Code);

    [JsonPropertyName("more_info")]
    public string MoreInfo => $"https://www.twilio.com/docs/errors/{Code}";

    public static string Text(int code) => Texts.GetValueOrDefault(code, "The request could not be processed");

    /// <summary>A refusal of what was sent.</summary>
    public static TwilioError Invalid(int code) => new(code, code is 21611 or 20429 ? 429 : 400);

    public static TwilioError NotFound { get; } = new(20404, 404);

    public static TwilioError Unauthorized { get; } = new(20003, 401);
}
