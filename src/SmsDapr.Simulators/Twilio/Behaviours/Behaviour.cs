using System.Text.Json.Serialization;
using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Twilio.Behaviours;

/// <summary>How the connection of a request ends.</summary>
internal enum AnswerKind
{
    /// <summary>With an answer: the message, or the refusal that <see cref="Behaviour.HttpStatus"/> asks for.</summary>
    Respond,

    /// <summary>The connection is cut instead.</summary>
    Close,

    /// <summary>Nothing ever comes.</summary>
    Hang,
}

/// <summary>Which way status receipts take.</summary>
internal enum ReceiptFault
{
    None,
    Lost,
    Duplicated,
    Reordered,
    BeforeAnswer,
}

/// <summary>What happens to a request and to the message that it creates.</summary>
internal sealed record Behaviour
{
    public static Behaviour Ordinary { get; } = new();

    public AnswerKind Answer { get; init; }

    /// <summary>Status of a refusal; null: the request is accepted.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Twilio's code in the refusal; null: the body is an HTML page, as from a proxy on the way.</summary>
    public int? Code { get; init; }

    /// <summary>Time until the answer, on the simulator's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether the message comes to exist; null: exactly when the answer says so.</summary>
    public bool? Created { get; init; }

    /// <summary>How the message ends: <c>delivered</c>, <c>undelivered</c>, <c>failed</c>, or <c>sent</c> without a final receipt.</summary>
    public MessageStatus Outcome { get; init; } = MessageStatus.Delivered;

    /// <summary>Code of a failed or undelivered message.</summary>
    public int? ErrorCode { get; init; }

    public ReceiptFault Receipts { get; init; }

    /// <summary>What the phone answers once the text arrived.</summary>
    public string? Reply { get; init; }

    [JsonIgnore]
    public bool CreatesMessage => Created ?? (Answer == AnswerKind.Respond && HttpStatus is null);

    /// <summary>What is wrong with this description; null: nothing.</summary>
    public string? Problem() => this switch
    {
        { HttpStatus: < 400 or > 599 } => "httpStatus must be 400 to 599.",
        { Outcome: not (MessageStatus.Delivered or MessageStatus.Undelivered or MessageStatus.Failed or MessageStatus.Sent) } =>
            "outcome must be delivered, undelivered, failed or sent.",
        { Created: false, HttpStatus: null, Answer: AnswerKind.Respond } => "created false needs httpStatus, or an answer that never comes.",
        { Code: not null, HttpStatus: null } => "code needs httpStatus.",
        { ErrorCode: not null, Outcome: MessageStatus.Delivered or MessageStatus.Sent } => "errorCode needs outcome failed or undelivered.",
        { Delay: var delay } when delay < TimeSpan.Zero => "delay must not be negative.",
        _ => null,
    };
}
