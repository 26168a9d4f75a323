using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace SmsDapr.Core.Delivery;

/// <summary>What to do after an error.</summary>
public enum RetryAdvice
{
    /// <summary>Send the same again soon.</summary>
    Same,

    /// <summary>Send again after a while.</summary>
    Later,

    /// <summary>Send again after a while; if that fails too, the number is unreachable.</summary>
    LaterThenMarkUnreachable,

    /// <summary>Do not send again.</summary>
    Never,

    /// <summary>Do not send again; the number is unreachable.</summary>
    NeverMarkUnreachable,

    /// <summary>Do not send again; the recipient opted out.</summary>
    NeverMarkOptedOut,
}

/// <summary>What a provider error code means.</summary>
/// <param name="Code">The code; null when the provider gave none.</param>
/// <param name="Category">Its kind.</param>
/// <param name="Advice">What to do.</param>
/// <param name="Meaning">A sentence for operators.</param>
public sealed record ProviderErrorMeaning(int? Code, ErrorCategory Category, RetryAdvice Advice, string Meaning)
{
    /// <summary>Whether another attempt may succeed.</summary>
    public bool IsRetryable => Advice is RetryAdvice.Same or RetryAdvice.Later or RetryAdvice.LaterThenMarkUnreachable;

    /// <summary>Whether the code says that the recipient opted out.</summary>
    public bool OptsOut => Category == ErrorCategory.OptedOut;
}

/// <summary>
/// Twilio's error codes with our judgement of them, from the embedded <c>twilio-error-codes.csv</c> (codes and their sense: Twilio's error dictionary, 2025 and 2026).
/// Twilio may report a failure under another code later, so an unlisted code is <see cref="ErrorCategory.Unknown"/> and retryable, never an exception.
/// </summary>
public static class ErrorCatalogue
{
    private static readonly FrozenDictionary<int, ProviderErrorMeaning> Entries = Load();

    /// <summary>Every listed code.</summary>
    public static IReadOnlyCollection<ProviderErrorMeaning> All => Entries.Values;

    /// <summary>What a code means. Null and unlisted codes are unknown and retryable.</summary>
    public static ProviderErrorMeaning Find(int? code) =>
        code is { } listed && Entries.TryGetValue(listed, out var entry)
            ? entry
            : new ProviderErrorMeaning(code, ErrorCategory.Unknown, RetryAdvice.Later, "Not in the catalogue of error codes");

    /// <summary>What an error answer means: by its code, or by its HTTP status when it has none (a proxy's page, an empty body).</summary>
    public static ProviderErrorMeaning Find(ProviderError error) => error switch
    {
        { Code: not null } => Find(error.Code),
        { HttpStatus: 401 or 403 } => new(null, ErrorCategory.AccountAuth, RetryAdvice.Never, "Credentials or account refused"),
        { HttpStatus: 429 } => new(null, ErrorCategory.RateLimit, RetryAdvice.Later, "Too many requests"),
        { HttpStatus: null or < 300 or 408 or >= 500 } => new(null, ErrorCategory.TransientProvider, RetryAdvice.Later, "No usable answer from the provider"),
        _ => Find((int?)null),
    };

    private static FrozenDictionary<int, ProviderErrorMeaning> Load()
    {
        using var reader = new StreamReader(typeof(ErrorCatalogue).Assembly.GetManifestResourceStream("twilio-error-codes.csv")!);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Skip(1)
            .Select(Parse)
            .ToFrozenDictionary(entry => entry.Code!.Value);
    }

    // Only the last column is ever quoted, and it may hold commas.
    private static ProviderErrorMeaning Parse(string line)
    {
        var columns = line.Split(',', 4);
        return new ProviderErrorMeaning(
            int.Parse(columns[0], CultureInfo.InvariantCulture),
            ParseWord<ErrorCategory>(columns[1]),
            ParseWord<RetryAdvice>(columns[2]),
            columns[3].Trim('"'));
    }

    private static T ParseWord<T>(string word)
        where T : struct, Enum =>
        Enum.GetValues<T>().Single(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()) == word);
}
