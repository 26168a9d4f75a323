namespace SmsDapr.Service.Sending;

/// <summary>What is known after a create call: the caller decides what follows, so it is a value, not an exception.</summary>
internal abstract record CreateOutcome
{
    private CreateOutcome()
    {
    }

    /// <summary>Twilio has the message.</summary>
    public sealed record Accepted(string Sid, string Status) : CreateOutcome;

    /// <summary>Twilio certainly has no message: it said so, or the request never left.</summary>
    public sealed record Refused(int? Code, int? HttpStatus, string? Text) : CreateOutcome;

    /// <summary>No request was made: Twilio is known to be down, or too many calls are under way.</summary>
    public sealed record NotMade : CreateOutcome;

    /// <summary>Nobody knows: no answer, or one that says nothing. Twilio is to be asked before anything else is done.</summary>
    /// <param name="HttpStatus">Twilio answered (5xx), so the request is over; null: it may still be under way there.</param>
    /// <param name="Code">Twilio's error code, if the answer has one.</param>
    /// <param name="Text">Twilio's text, if the answer has one.</param>
    public sealed record Unknown(int? HttpStatus, int? Code = null, string? Text = null) : CreateOutcome;
}
