using System.Globalization;
using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Composing;

/// <summary>How reminders are worded.</summary>
internal sealed record ComposingOptions
{
    /// <summary>BCP 47 tag of the language of users of whom none is known.</summary>
    public required string DefaultLanguage { get; init; }

    /// <summary>The Dapr conversation component; without one of that name, templates are used.</summary>
    public required string Component { get; init; }

    /// <summary>What a text may take in all, a second try included; then the template is used.</summary>
    public required Duration Timeout { get; init; }

    /// <summary>US dollars for a million tokens of the question; null: the cost is not known.</summary>
    public required decimal? PromptUsdPerMillionTokens { get; init; }

    /// <summary>US dollars for a million tokens of the answer; null: the cost is not known.</summary>
    public required decimal? CompletionUsdPerMillionTokens { get; init; }

    internal static ComposingOptions Read(SettingsReader root)
    {
        var composing = root.Section("Composing");
        var prompt = Price(composing, "PromptUsdPerMillionTokens");
        var completion = Price(composing, "CompletionUsdPerMillionTokens");
        if (prompt is null != completion is null)
            composing.Problem(prompt is null ? "PromptUsdPerMillionTokens" : "CompletionUsdPerMillionTokens", "must be set too, or the cost would be half known");
        return new ComposingOptions
        {
            DefaultLanguage = ReadLanguage(root.Section("Sms")),
            Component = composing.Text("Component", "llm"),
            Timeout = composing.Duration("Timeout", Duration.FromSeconds(10), Duration.FromSeconds(1), Duration.FromMinutes(2)),
            PromptUsdPerMillionTokens = prompt,
            CompletionUsdPerMillionTokens = completion,
        };
    }

    private static string ReadLanguage(SettingsReader sms)
    {
        var language = sms.Text("DefaultLanguage", "en");
        if (!ReminderLanguage.Knows(language))
            sms.Problem("DefaultLanguage", $"must be a language tag such as en or de-AT; there are words for {string.Join(", ", ReminderLanguage.Codes)}");
        return language;
    }

    private static decimal? Price(SettingsReader composing, string key)
    {
        var price = composing.Parse(
            key,
            -1m,
            "must be a price in US dollars such as 0.05",
            text => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : (decimal?)null);
        return price < 0 ? null : price;
    }
}
