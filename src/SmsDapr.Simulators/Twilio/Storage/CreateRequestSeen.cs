namespace SmsDapr.Simulators.Twilio.Storage;

/// <summary>A create request as it came in and what was done about it.</summary>
/// <param name="At">When it came.</param>
/// <param name="To">In E.164 when it is a number at all.</param>
/// <param name="Outcome"><c>answered</c>, <c>closed</c> (connection cut) or <c>hung</c>.</param>
/// <param name="HttpStatus">The status of the answer; null when there was none.</param>
/// <param name="Code">Twilio's error code in the answer.</param>
/// <param name="Sid">The message that it created, also when the answer did not say so.</param>
/// <param name="Behaviour">Why it went that way: the name of a magic number, <c>plan</c>, or null for an ordinary request.</param>
internal sealed record CreateRequestSeen(
    DateTimeOffset At, string? To, string Outcome, int? HttpStatus, int? Code, string? Sid, string? Behaviour);
