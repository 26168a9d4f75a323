using System.Buffers;

namespace SmsDapr.Service.Users;

/// <summary>
/// What a user id may look like. It becomes part of state keys, where a separator such as <c>||</c> would be refused.
/// </summary>
internal static class UserId
{
    public const string Rule = "1 to 128 characters of letters, digits, '-', '_', '.', '@' and ':'";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@:");

    public static bool IsValid(string? userId) =>
        userId is { Length: > 0 and <= MaxLength } && !userId.AsSpan().ContainsAnyExcept(Allowed);
}
