namespace SmsDapr.Core.Delivery;

/// <summary>What an inbound text asks for.</summary>
public enum InboundKeyword
{
    /// <summary>No more texts.</summary>
    Stop,

    /// <summary>Texts again.</summary>
    Start,

    /// <summary>How to stop; changes nothing.</summary>
    Help,
}

/// <summary>Reads keywords as carriers and Twilio do (source: Twilio's help article on opt-out keywords, 2026).</summary>
public static class InboundKeywords
{
    /// <summary>
    /// What a text asks for; null when it is an ordinary text. Twilio's own reading decides where there is one: Advanced Opt-Out
    /// knows words of other languages. Otherwise the whole text has to be the keyword, in any case.
    /// </summary>
    /// <param name="optOutType">Twilio's reading; null without Advanced Opt-Out.</param>
    /// <param name="body">The text.</param>
    public static InboundKeyword? Find(string? optOutType, string? body) => optOutType is null ? FindWord(body) : FindType(optOutType);

    private static InboundKeyword? FindType(string type) => type.Trim().ToUpperInvariant() switch
    {
        "STOP" => InboundKeyword.Stop,
        "START" => InboundKeyword.Start,
        "HELP" => InboundKeyword.Help,
        _ => null,
    };

    private static InboundKeyword? FindWord(string? body) => body?.Trim().ToUpperInvariant() switch
    {
        "STOP" or "STOPALL" or "UNSUBSCRIBE" or "CANCEL" or "END" or "QUIT" or "REVOKE" or "OPTOUT" => InboundKeyword.Stop,
        "START" or "YES" or "UNSTOP" => InboundKeyword.Start,
        "HELP" or "INFO" => InboundKeyword.Help,
        _ => null,
    };
}
