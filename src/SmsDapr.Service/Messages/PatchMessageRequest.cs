using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting.Json;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Messages;

/// <summary>A change of a message that waits; what is left out stays.</summary>
public sealed record PatchMessageRequest
{
    public Patched<Instant?> SendAt { get; init; }

    /// <summary>1 to 1,600 characters.</summary>
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
