using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Text;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Sending;

/// <summary>What Twilio has of an attempt whose outcome is open.</summary>
internal abstract record AttemptFinding
{
    private AttemptFinding()
    {
    }

    public sealed record Found(TwilioMessage Message) : AttemptFinding;

    /// <summary>Nothing: as certain as the age of the request makes it.</summary>
    public sealed record Absent : AttemptFinding;

    /// <summary>Something that may be this attempt or another open one with the same text.</summary>
    public sealed record Ambiguous : AttemptFinding;
}

/// <summary>
/// Twilio has no idempotency key and does not show our callback URL, so an open attempt is looked for among the messages to its
/// number: created since the request, same sender and text as far as Twilio leaves it alone, and not the SID of any other message of that user.
/// </summary>
internal sealed class AttemptLookup(TwilioClient twilio, TwilioOptions options, UserMessages userMessages, IClock clock)
{
    /// <summary>A call is over this long after it was requested, whoever made it: longer than <see cref="TwilioClient"/> waits for an answer.</summary>
    public static readonly Duration CallIsOver = Duration.FromSeconds(30);

    /// <summary>A create that has not left its queue so long after it was requested is not made: with the longest call it would not be over in time.</summary>
    public static readonly Duration CallLeaves = Duration.FromSeconds(10);

    private static readonly Duration ClockSkew = Duration.FromMinutes(5);

    public async Task<AttemptFinding> FindAsync(Message message, SendAttempt attempt, CancellationToken cancellation)
    {
        var since = attempt.RequestedAt - ClockSkew;
        var listed = await twilio.ListAsync(message.Sms.To!, DateOnly.FromDateTime(since.ToDateTimeUtc()), cancellation);
        var text = new SentText(message.Body);
        var candidates = listed.Where(candidate => IsLike(candidate, since) && text.MayBe(candidate.Body)).Reverse().ToList();
        if (candidates.Count == 0)
            return new AttemptFinding.Absent();

        var others = (await userMessages.AroundAsync(message.UserId, attempt.RequestedAt, cancellation)).Where(other => other.Id != message.Id).ToList();
        var taken = others.Append(message).SelectMany(other => other.Sms.Attempts).Select(other => other.TwilioSid).ToHashSet();
        candidates.RemoveAll(candidate => taken.Contains(candidate.Sid));

        // Twins with the same text that are open too share what is left by rank, so that each message is adopted once.
        var open = others
            .Where(twin => twin is { Status: MessageStatus.Sending, CurrentAttempt.TwilioSid: null } && text.MayBe(twin.Body))
            .ToList();
        if (candidates.Count > 0 && open.Exists(twin => twin.CurrentAttempt!.RequestedAt + CallIsOver > clock.GetCurrentInstant()))
            return new AttemptFinding.Ambiguous();

        var rank = open.Count(twin => string.CompareOrdinal(twin.Id, message.Id) < 0);
        return rank < candidates.Count ? new AttemptFinding.Found(candidates[rank]) : new AttemptFinding.Absent();
    }

    private bool IsLike(TwilioMessage candidate, Instant since) =>
        (options.MessagingServiceSid is { } service ? candidate.MessagingServiceSid == service : candidate.From == options.From)
        && (candidate.CreatedAt is not { } created || created >= since);
}

/// <summary>
/// A text as it may come back from Twilio: smart encoding, which a Messaging Service can switch on by itself, replaces quotes, dashes and spaces. Letters and
/// digits are what is left to compare; taking another text for this one holds a message up, the other way round it would be sent twice.
/// </summary>
internal sealed class SentText(string text)
{
    private readonly string _core = CoreOf(text);

    public bool MayBe(string? other) => other is not null && (other == text || (_core.Length > 0 && CoreOf(other) == _core));

    private static string CoreOf(string text) => string.Concat(SmartEncoding.Apply(text).Where(char.IsLetterOrDigit));
}
