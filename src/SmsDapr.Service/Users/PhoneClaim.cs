using System.Security.Cryptography;
using System.Text;
using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Service.Users;

/// <summary>Who may have a number. Whether that user has it, the user's own document says.</summary>
/// <param name="UserId">Nobody when null.</param>
/// <param name="ClaimedAt">Since when.</param>
/// <param name="FormerUserId">Whose verification of the number was taken back, while nobody else has it: what that phone texts is still meant by that user.</param>
internal sealed record PhoneClaim(string? UserId, Instant ClaimedAt, string? FormerUserId = null)
{
    // The key shows up in logs of stores; the number must not.
    public static string Key(string e164) => $"phone-{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(e164)).AsSpan(0, 16))}";
}

internal static class VerifiedNumbers
{
    public static bool HasVerified(this UserPreferences user, string e164) => user.Phone is { Verified: true } phone && phone.Number == e164;
}
