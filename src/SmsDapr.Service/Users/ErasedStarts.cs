using System.Security.Cryptography;
using System.Text;
using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Privacy;

namespace SmsDapr.Service.Users;

/// <summary>
/// When an erased user asked for codes in the last hour, under a hash of the id: each code costs money, so erasing oneself must not open the limit. Gone an
/// hour later.
/// </summary>
internal sealed record ErasedStarts(IReadOnlyList<Instant> Starts) : IShortLived
{
    public Duration Lifetime => PhoneVerification.Window;

    public static async Task<IReadOnlyList<Instant>> FindAsync(IDocumentStore documents, string userId, CancellationToken cancellation) =>
        (await documents.FindAsync<ErasedStarts>(Key(userId), cancellation))?.Value.Starts ?? [];

    /// <summary>Keeps what is left of the hour's starts, those of an erasure before this one among them; nothing is stored when none is.</summary>
    public static Task KeepAsync(IDocumentStore documents, string userId, IReadOnlyList<Instant> starts, Instant now, CancellationToken cancellation) =>
        documents.UpdateAsync<ErasedStarts>(
            Key(userId),
            current =>
            {
                // Two may have come at one instant, so how often each is known counts.
                var known = current?.Starts ?? [];
                List<Instant> counting =
                [
                    .. known.Union(starts)
                        .Where(start => start + PhoneVerification.Window > now)
                        .Order()
                        .SelectMany(start => Enumerable.Repeat(start, Math.Max(known.Count(start.Equals), starts.Count(start.Equals)))),
                ];
                return counting.Count == 0 || known.SequenceEqual(counting) ? null : new ErasedStarts(counting);
            },
            cancellation);

    private static string Key(string userId) => $"erased-starts-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)))}";
}
