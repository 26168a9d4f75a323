using System.Buffers;

namespace SmsDapr.Service.Users;

/// <summary>
/// What a user id may look like. It becomes part of state keys, where Dapr refuses its separator <c>||</c>; a single one is in the subjects of many issuers.
/// </summary>
internal static class UserId
{
    public const string Rule = "1 to 128 characters of letters, digits, '-', '_', '.', '@', ':' and single '|'";
    public const string Pattern = @"^\|?([A-Za-z0-9_.@:-]\|?)*$";
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@:|");

    public static bool IsValid(string? userId) =>
        userId is { Length: > 0 and <= MaxLength }
        && !userId.AsSpan().ContainsAnyExcept(Allowed)
        && !userId.Contains("||", StringComparison.Ordinal);
}
