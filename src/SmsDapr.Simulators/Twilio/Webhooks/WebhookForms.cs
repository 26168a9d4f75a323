using System.Globalization;
using SmsDapr.Simulators.Twilio.Messages;
using Form = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<string, string>>;

namespace SmsDapr.Simulators.Twilio.Webhooks;

/// <summary>The parameters that Twilio posts about a message.</summary>
internal static class WebhookForms
{
    public static Form For(Message message, MessageStatus status, SimulatorOptions options, DateTimeOffset now) =>
        message.Direction == MessageDirection.Inbound ? Inbound(message, options) : Receipt(message, status, options, now);

    private static Form Receipt(Message message, MessageStatus status, SimulatorOptions options, DateTimeOffset now)
    {
        var form = new Form();
        // Only a carrier's receipt has it, and a failed message never reached a carrier.
        if (status is MessageStatus.Delivered or MessageStatus.Undelivered)
            form.Add(new("RawDlrDoneDate", now.UtcDateTime.ToString("yyMMddHHmm", CultureInfo.InvariantCulture)));
        // Receivers must bear fields that they do not know, empty ones too.
        if (status == MessageStatus.Sent)
            form.AddRange([new("ToCountry", "US"), new("ToCity", "")]);
        if (status is MessageStatus.Failed or MessageStatus.Undelivered && message.ErrorCode is { } code)
            form.Add(new("ErrorCode", code.ToString(CultureInfo.InvariantCulture)));
        form.AddRange(
        [
            new("SmsSid", message.Sid),
            new("SmsStatus", status.Text()),
            new("MessageStatus", status.Text()),
            new("To", message.To),
        ]);
        if (message.MessagingServiceSid is not null)
            form.Add(new("MessagingServiceSid", message.MessagingServiceSid));
        form.AddRange(
        [
            new("MessageSid", message.Sid),
            new("AccountSid", options.AccountSid),
            new("From", message.From ?? ""),
            new("ApiVersion", "2010-04-01"),
        ]);
        return form;
    }

    private static Form Inbound(Message message, SimulatorOptions options) =>
    [
        new("ToCountry", "US"),
        new("ToState", ""),
        new("SmsMessageSid", message.Sid),
        new("NumMedia", "0"),
        new("ToCity", ""),
        new("FromZip", ""),
        new("SmsSid", message.Sid),
        new("FromState", ""),
        new("SmsStatus", "received"),
        new("FromCity", ""),
        new("Body", message.Body),
        new("FromCountry", "US"),
        new("To", message.To),
        new("ToZip", ""),
        new("NumSegments", message.Segments.ToString(CultureInfo.InvariantCulture)),
        new("MessageSid", message.Sid),
        new("AccountSid", options.AccountSid),
        new("From", message.From ?? ""),
        new("ApiVersion", "2010-04-01"),
    ];
}
