using SmsDapr.Core.Delivery;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Delivery;

/// <summary>A text that a phone sent to one of our numbers, with a signature that matched.</summary>
internal sealed record InboundText(string? Sid, string From, string? Body, string? OptOutType)
{
    /// <summary>The SID only: number and text must not reach a log.</summary>
    public override string ToString() => $"inbound {Sid}";
}

/// <summary>Does what keywords ask for. Other texts, and those of strangers, change nothing.</summary>
internal sealed class InboundTexts(IUserDirectory users)
{
    /// <summary>Returns when the wish is stored and what was pending is cancelled; throws when it could not be stored.</summary>
    public async Task TakeAsync(InboundText text, CancellationToken cancellation)
    {
        if (InboundKeywords.Find(text.OptOutType, text.Body) is { } keyword and not InboundKeyword.Help
            && await users.FindTexterAsync(text.From, cancellation) is { } userId)
        {
            await users.TakeKeywordAsync(userId, keyword, text.Sid, cancellation);
        }
    }
}
