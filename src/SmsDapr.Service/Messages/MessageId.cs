using System.Security.Cryptography;
using System.Text;
using SmsDapr.Service.Hosting.Auth;

namespace SmsDapr.Service.Messages;

/// <summary>Message ids are workflow instance ids too, and Dapr restricts those.</summary>
internal static class MessageId
{
    public const string Rule = "must be 1 to 64 letters, digits, '-' or '_'";
    public const string Pattern = "^[A-Za-z0-9_-]{1,64}$";

    public static bool IsValid(string? id) =>
        id is { Length: >= 1 and <= 64 } && id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    /// <summary>Ids that sort by time of creation.</summary>
    public static string New(DateTimeOffset now) => $"msg-{Guid.CreateVersion7(now):N}";

    /// <summary>The same key of the same caller always means the same message.</summary>
    public static string FromIdempotencyKey(Caller caller, string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.Role}\n{caller.Name}\n{caller.UserId}\n{key}"));
        return $"key-{Convert.ToHexStringLower(hash.AsSpan(0, 20))}";
    }
}
