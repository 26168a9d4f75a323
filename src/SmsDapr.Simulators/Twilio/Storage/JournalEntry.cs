using System.Text.Json.Serialization;
using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Twilio.Storage;

/// <summary>One change of what the simulator knows. State is nothing but the fold of these, so a restart is a replay.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MessageCreated), "created")]
[JsonDerivedType(typeof(RequestSeen), "request")]
[JsonDerivedType(typeof(StepTaken), "step")]
[JsonDerivedType(typeof(StepsReplaced), "steps")]
[JsonDerivedType(typeof(WebhooksDone), "webhooks")]
[JsonDerivedType(typeof(MessageRedacted), "redacted")]
[JsonDerivedType(typeof(MessageDeleted), "deleted")]
internal abstract record JournalEntry;

internal sealed record MessageCreated(Message Message) : JournalEntry;

internal sealed record RequestSeen(CreateRequestSeen Request) : JournalEntry;

internal sealed record StepTaken(string Sid, int Step, DateTimeOffset At, string? Sender) : JournalEntry;

internal sealed record StepsReplaced(string Sid, IReadOnlyList<LifeStep> Steps) : JournalEntry;

internal sealed record WebhooksDone(string Sid, int Step) : JournalEntry;

internal sealed record MessageRedacted(string Sid, DateTimeOffset At) : JournalEntry;

internal sealed record MessageDeleted(string Sid) : JournalEntry;
