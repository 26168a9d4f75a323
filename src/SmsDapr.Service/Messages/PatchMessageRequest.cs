using System.ComponentModel.DataAnnotations;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting.Json;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Messages;

/// <summary>A change of a message that waits; what is left out stays.</summary>
public sealed record PatchMessageRequest
{
    /// <summary>A new send time.</summary>
    public Patched<Instant?> SendAt { get; init; }

    /// <summary>A new text: 1 to 1,600 UTF-16 units, of which an emoji takes two or more; not only white space.</summary>
    [Length(1, MessageLimits.MaxBodyLength)]
    public Patched<string?> Body { get; init; }

    internal RequestValidation Validate(Instant now)
    {
        var validation = new RequestValidation()
            .Check(!SendAt.IsSet || SendAt.Value is not null, "sendAt", "must be a time")
            .Check(SendAt.Value is not { } past || !MessageLimits.IsPast(past, now), "sendAt", "must not lie in the past")
            .Check(SendAt.Value is not { } far || !MessageLimits.IsTooFarAhead(far, now), "sendAt", CreateMessageRequest.FarAway);
        return Body.IsSet ? validation.CheckText(Body.Value, "body") : validation;
    }
}
