using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace SmsDapr.Service.Hosting.Options;

/// <summary>
/// Reads one configuration section and collects what is wrong with it, so that a start reports every bad key at once.
/// Values are never repeated in a problem: a secret may stand in the wrong place.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration, string section, List<string> problems)
{
    public string? Text(string key)
    {
        var value = configuration[Path(key)];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    public string Text(string key, string otherwise) => Text(key) ?? otherwise;

    public bool Flag(string key, bool otherwise) =>
        Parse(key, otherwise, "must be true or false", text => bool.TryParse(text, out var value) ? value : null);

    public int Number(string key, int otherwise, int min, int max) =>
        Parse(
            key,
            otherwise,
            string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"),
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value : null);

    /// <summary>Null when it is not set.</summary>
    public int? Number(string key, int min, int max) => Text(key) is null ? null : Number(key, min, min, max);

    public Duration Duration(string key, Duration otherwise, Duration min, Duration max) =>
        Parse(
            key,
            otherwise,
            $"must be an ISO 8601 duration such as {Iso(otherwise)}, from {Iso(min)} to {Iso(max)}",
            text =>
            {
                var period = PeriodPattern.Roundtrip.Parse(text);
                if (!period.Success || period.Value.Years != 0 || period.Value.Months != 0)
                    return null;
                var value = period.Value.ToDuration();
                return value >= min && value <= max ? value : (Duration?)null;
            });

    /// <summary>Null when it is not set.</summary>
    public Duration? OptionalDuration(string key, Duration min, Duration max) => Text(key) is null ? null : Duration(key, min, min, max);

    public Uri Address(string key, string otherwise) => Address(key) ?? new Uri(otherwise);

    public Uri? Address(string key)
    {
        if (Text(key) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query is "" && address.Fragment is "")
            return address;
        Problem(key, "must be an absolute http or https address without query and fragment");
        return null;
    }

    public T Parse<T>(string key, T otherwise, string rule, Func<string, T?> parse)
        where T : struct
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (parse(text) is { } value)
            return value;
        Problem(key, rule);
        return otherwise;
    }

    public void Problem(string key, string rule) => problems.Add($"{Path(key)}: {rule}.");

    /// <summary>Indexes of a list such as <c>Auth:ApiKeys</c>, in their own order.</summary>
    public IEnumerable<string> Children(string key) =>
        configuration.GetSection(Path(key)).GetChildren().Select(child => child.Key);

    public SettingsReader Section(string key) => new(configuration, Path(key), problems);

    private string Path(string key) => section.Length == 0 ? key : $"{section}:{key}";

    private static string Iso(Duration value) => PeriodPattern.NormalizingIso.Format(Period.FromTicks(value.BclCompatibleTicks));
}
