using System.Globalization;
using SmsDapr.Simulators.Twilio.Accounts;
using SmsDapr.Simulators.Twilio.Behaviours;
using SmsDapr.Simulators.Twilio.Webhooks;

namespace SmsDapr.Simulators.Twilio.Messages;

/// <summary>The parameters of a create request that the simulator understands, as they came.</summary>
internal sealed record CreateMessageForm
{
    private const int LongestBody = 1600;
    private static readonly TimeSpan LongestScheduleLead = TimeSpan.FromDays(35);

    public string? To { get; init; }

    public string? From { get; init; }

    public string? MessagingServiceSid { get; init; }

    public string? Body { get; init; }

    public string? StatusCallback { get; init; }

    public string? ValidityPeriod { get; init; }

    public bool SmartEncoded { get; init; }

    public string? ScheduleType { get; init; }

    public string? SendAt { get; init; }

    /// <summary>Reads the form; a body of another type has no parameters, as at Twilio.</summary>
    public static async Task<CreateMessageForm> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasFormContentType)
            return new CreateMessageForm();
        var form = await request.ReadFormAsync(cancellation);
        return new CreateMessageForm
        {
            To = Value("To") is { } to ? E164.Normalize(to) ?? to : null,
            From = Value("From") is { } from && from.StartsWith('+') ? E164.Strip(from) : Value("From"),
            MessagingServiceSid = Value("MessagingServiceSid"),
            Body = Value("Body"),
            StatusCallback = Value("StatusCallback"),
            ValidityPeriod = Value("ValidityPeriod"),
            SmartEncoded = string.Equals(Value("SmartEncoded"), "true", StringComparison.OrdinalIgnoreCase),
            ScheduleType = Value("ScheduleType"),
            SendAt = Value("SendAt"),
        };

        string? Value(string name) => form[name] is [{ Length: > 0 } value, ..] ? value : null;
    }

    /// <summary>Why Twilio would refuse this; null when it would not.</summary>
    public int? Problem(Credentials credentials, DateTimeOffset now, SimulatorOptions options) =>
        ContentProblem() ?? SenderProblem(credentials) ?? RecipientProblem() ?? ScheduleProblem(now, options);

    /// <summary>When the message leaves, for a scheduled one.</summary>
    public DateTimeOffset? ScheduledFor() => ScheduleType is not null && MessagingServiceSid is not null ? ParseSendAt() : null;

    private int? ContentProblem()
    {
        if (To is null)
            return 21604;
        if (From is null && MessagingServiceSid is null)
            return 21603;
        if (Body is null)
            return MessagingServiceSid is null ? 21602 : 21619;
        if (Body.Length > LongestBody)
            return 21617;
        if (StatusCallback is not null && WebhookTarget.TryParse(StatusCallback) is null)
            return 21609;
        if (ValidityPeriod is not null
            && !(int.TryParse(ValidityPeriod, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 36_000))
            return 21624;
        return null;
    }

    private int? SenderProblem(Credentials credentials)
    {
        if (MessagingServiceSid is { } service && !(service.Length == 34 && service.StartsWith("MG", StringComparison.Ordinal)
            && service.Skip(2).All(char.IsAsciiHexDigit)))
            return 21705;
        if (From is null)
            return null;
        if (MagicNumbers.RefusedSenders.TryGetValue(From, out var refusal))
            return refusal;
        if (credentials == Credentials.Test)
            return From == SimulatorOptions.DefaultSender ? null : 21606;
        return IsSender(From) ? null : 21212;
    }

    private static bool IsSender(string from)
    {
        if (from.StartsWith('+'))
            return E164.Normalize(from) is not null;
        if (from.All(char.IsAsciiDigit))
            return from.Length is >= 3 and <= 8;
        return from.Length <= 11 && from.Any(char.IsAsciiLetter)
            && from.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '+' or '&');
    }

    private int? RecipientProblem()
    {
        if (E164.Normalize(To!) is null)
            return 21211;
        return To == From ? 21266 : null;
    }

    private int? ScheduleProblem(DateTimeOffset now, SimulatorOptions options)
    {
        if (ScheduleType is null)
            return null;
        if (ScheduleType != "fixed")
            return 35126;
        if (MessagingServiceSid is null)
            return 35118;
        if (SendAt is null)
            return 35111;
        if (ParseSendAt() is not { } sendAt)
            return 35114;
        var lead = sendAt - now;
        return lead < options.MinimumScheduleLead || lead > LongestScheduleLead ? 35115 : null;
    }

    private DateTimeOffset? ParseSendAt() => DateTimeOffset.TryParseExact(
        SendAt, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sendAt)
            ? sendAt
            : null;
}
