using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Twilio.Behaviours;

/// <summary>A recipient that always meets the same fate: for its first so many requests, or for all when <c>Times</c> is null.</summary>
internal sealed record MagicNumber(string Number, string Name, string Effect, Behaviour Behaviour, int? Times = null);

/// <summary>
/// The one table of magic recipients. Ours lie in +1 907 555 01xx, set aside for fiction and valid by numbering plan; the more
/// popular fictitious ranges stay ordinary so that nobody meets a fault by accident. The +1 500 555 000x ones are Twilio's own.
/// </summary>
internal static class MagicNumbers
{
    public static IReadOnlyList<MagicNumber> All { get; } =
    [
        Refused("+19075550101", "unavailable_once", "503 to the first request, then fine", 503, 20503, times: 1),
        Refused("+19075550102", "unavailable", "503 to every request", 503, 20503),
        Refused("+19075550103", "rate_limited_once", "429 (20429, account concurrency) to the first request, then fine", 429, 20429, times: 1),
        Refused("+19075550104", "unauthorized", "401 (20003) to every request", 401, 20003),
        Refused("+19075550105", "queue_full_once", "429 (21611, queue of the sender) to the first request, then fine", 429, 21611, times: 1),
        Refused("+19075550106", "bad_gateway_once", "502 with an HTML page to the first request, then fine", 502, null, times: 1),
        Refused("+19075550107", "opted_out", "400 (21610) to every request", 400, 21610),
        Refused("+19075550108", "server_error_once", "500 (20500) to the first request, then fine", 500, 20500, times: 1),

        new("+19075550111", "answer_lost_once", "First request: message created, then the connection is cut",
            new Behaviour { Answer = AnswerKind.Close, Created = true }, Times: 1),
        new("+19075550112", "connection_cut_once", "First request: the connection is cut, nothing is created",
            new Behaviour { Answer = AnswerKind.Close }, Times: 1),
        new("+19075550113", "unavailable_but_created_once", "First request: 503 although the message was created",
            new Behaviour { HttpStatus = 503, Code = 20503, Created = true }, Times: 1),
        new("+19075550114", "slow_answer", "Answered 10 s late, created at once",
            new Behaviour { Delay = TimeSpan.FromSeconds(10) }),
        new("+19075550115", "hang_once", "First request: never answered, nothing is created",
            new Behaviour { Answer = AnswerKind.Hang }, Times: 1),
        new("+19075550116", "hang_but_created_once", "First request: never answered although the message was created",
            new Behaviour { Answer = AnswerKind.Hang, Created = true }, Times: 1),
        new("+19075550117", "hang", "Never answered, nothing is created", new Behaviour { Answer = AnswerKind.Hang }),

        Failed("+19075550121", "failed_30003", "Unreachable handset", 30003),
        Failed("+19075550122", "failed_30005", "Unknown handset", 30005),
        Failed("+19075550123", "failed_30007", "Filtered", 30007),
        Failed("+19075550124", "failed_30008", "No reason given", 30008),
        Failed("+19075550125", "failed_30003_once", "Unreachable handset at the first message, then fine", 30003, times: 1),
        Failed("+19075550126", "failed_21610", "Opted out, told only after the message was accepted", 21610),
        Failed("+19075550127", "failed_30002", "Account suspended between accepting and sending", 30002),
        new("+19075550128", "undelivered", "sent, then undelivered with 30003",
            new Behaviour { Outcome = MessageStatus.Undelivered, ErrorCode = 30003 }),

        new("+19075550131", "receipts_lost", "Delivered, but no receipt ever comes", new Behaviour { Receipts = ReceiptFault.Lost }),
        new("+19075550132", "receipts_duplicated", "Every receipt comes twice", new Behaviour { Receipts = ReceiptFault.Duplicated }),
        new("+19075550133", "receipts_reordered", "The receipt for sent comes after the one for delivered",
            new Behaviour { Receipts = ReceiptFault.Reordered }),
        new("+19075550134", "receipts_before_answer", "All receipts come before the create call is answered",
            new Behaviour { Receipts = ReceiptFault.BeforeAnswer }),
        new("+19075550135", "stays_sent", "Arrives, but the carrier sends no receipt: the status stays sent",
            new Behaviour { Outcome = MessageStatus.Sent }),

        new("+19075550141", "replies_stop", "Delivered; the phone answers STOP", new Behaviour { Reply = "STOP" }),

        Refused("+15005550001", "twilio_test_invalid", "Twilio's test number: 400 (21211), not a valid number", 400, 21211),
        Refused("+15005550002", "twilio_test_unroutable", "Twilio's test number: 400 (21612), cannot be routed", 400, 21612),
        Refused("+15005550003", "twilio_test_region", "Twilio's test number: 400 (21408), region not enabled", 400, 21408),
        Refused("+15005550004", "twilio_test_opted_out", "Twilio's test number: 400 (21610), opted out", 400, 21610),
        Refused("+15005550009", "twilio_test_not_mobile", "Twilio's test number: 400 (21614), cannot receive texts", 400, 21614),
    ];

    private static readonly Dictionary<string, MagicNumber> ByNumber = All.ToDictionary(magic => magic.Number, StringComparer.Ordinal);

    private static readonly Dictionary<string, MagicNumber> ByName = All.ToDictionary(magic => magic.Name, StringComparer.Ordinal);

    /// <summary>Senders that Twilio's test credentials know, with the code they are refused with.</summary>
    public static IReadOnlyDictionary<string, int> RefusedSenders { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["+15005550001"] = 21212,
        ["+15005550007"] = 21606,
        ["+15005550008"] = 21611,
    };

    /// <summary>The fate of a request to this number after so many earlier ones; null: an ordinary one.</summary>
    public static MagicNumber? Find(string number, int requestsBefore) =>
        ByNumber.TryGetValue(number, out var magic) && !(requestsBefore >= magic.Times) ? magic : null;

    public static MagicNumber? Named(string name) => ByName.GetValueOrDefault(name);

    private static MagicNumber Refused(string number, string name, string effect, int status, int? code, int? times = null) =>
        new(number, name, effect, new Behaviour { HttpStatus = status, Code = code }, times);

    private static MagicNumber Failed(string number, string name, string effect, int code, int? times = null) =>
        new(number, name, $"{effect}: fails with {code}", new Behaviour { Outcome = MessageStatus.Failed, ErrorCode = code }, times);
}
