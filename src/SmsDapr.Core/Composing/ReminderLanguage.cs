using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.TimeZones;

namespace SmsDapr.Core.Composing;

/// <summary>The words of one language, from <c>Languages/*.json</c>. Within the GSM-7 alphabet, so that no word of ours makes a text dearer.</summary>
public sealed record ReminderLanguage
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    private static readonly FrozenDictionary<string, ReminderLanguage> All = Load();

    private static readonly FrozenDictionary<string, string> RegionsOfZones = TzdbDateTimeZoneSource.Default.ZoneLocations!
        .ToFrozenDictionary(location => location.ZoneId, location => location.CountryCode);

    /// <summary>Codes of the languages that there are words for.</summary>
    public static IReadOnlyList<string> Codes { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>In place of a title.</summary>
    public required string Untitled { get; init; }

    /// <summary>An event that begins.</summary>
    public required string Starts { get; init; }

    /// <summary>An event that is a deadline.</summary>
    public required string Due { get; init; }

    /// <summary>Where room is scarce.</summary>
    public required string Brief { get; init; }

    /// <summary>In so and so long.</summary>
    public required string In { get; init; }

    /// <summary>At once.</summary>
    public required string Now { get; init; }

    /// <summary>One minute.</summary>
    public required string Minute { get; init; }

    /// <summary>Several minutes.</summary>
    public required string Minutes { get; init; }

    /// <summary>One hour.</summary>
    public required string Hour { get; init; }

    /// <summary>Several hours.</summary>
    public required string Hours { get; init; }

    /// <summary>How long it takes.</summary>
    public required string Lasting { get; init; }

    /// <summary>Before noon.</summary>
    public required string Am { get; init; }

    /// <summary>After noon.</summary>
    public required string Pm { get; init; }

    /// <summary>Whether it tells the time by twelve hours where the region is not known.</summary>
    public required bool TwelveHours { get; init; }

    /// <summary>ISO 3166 codes of the regions in which it does.</summary>
    public required IReadOnlyList<string> TwelveHourRegions { get; init; }

    /// <summary>Words of titles that are deadlines.</summary>
    public required IReadOnlyList<string> Deadlines { get; init; }

    /// <summary>Whether there are words for a BCP 47 tag's language.</summary>
    public static bool Knows(string tag) => All.ContainsKey(CodeOf(tag));

    /// <summary>The words for a BCP 47 tag; English when there are none.</summary>
    public static ReminderLanguage Of(string tag) => All.GetValueOrDefault(CodeOf(tag)) ?? All["en"];

    /// <summary>A span of minutes in words.</summary>
    public string Span(int minutes)
    {
        var hours = Counted(minutes / 60, Hour, Hours);
        var rest = Counted(minutes % 60, Minute, Minutes);
        return (minutes / 60, minutes % 60) switch
        {
            (0, _) => rest,
            (_, 0) => hours,
            _ => $"{hours} {rest}",
        };
    }

    /// <summary>The time until something, in words.</summary>
    public string Until(int minutes) => minutes == 0 ? Now : In.Replace("{span}", Span(minutes), StringComparison.Ordinal);

    /// <summary>A time of day as it is told in the region of the tag, or else of the zone.</summary>
    public string Time(LocalTime time, string tag, DateTimeZone zone)
    {
        if (!TellsTwelveHours(tag, zone))
            return string.Create(CultureInfo.InvariantCulture, $"{time.Hour:00}:{time.Minute:00}");
        return string.Create(CultureInfo.InvariantCulture, $"{time.ClockHourOfHalfDay}:{time.Minute:00} {(time.Hour < 12 ? Am : Pm)}");
    }

    /// <summary>Whether a title has a deadline word in it, as a whole word.</summary>
    public bool IsDeadline(string title) => Deadlines.Concat(All["en"].Deadlines).Any(word => Words.Contains(title, word));

    private bool TellsTwelveHours(string tag, DateTimeZone zone) =>
        (RegionOf(tag) ?? RegionsOfZones.GetValueOrDefault(zone.Id)) is { } region ? TwelveHourRegions.Contains(region) : TwelveHours;

    private static string Counted(int number, string one, string several) =>
        (number == 1 ? one : several).Replace("{n}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string CodeOf(string tag) => tag.Split('-', '_')[0].ToLowerInvariant();

    private static string? RegionOf(string tag) =>
        tag.Split('-', '_').Skip(1).FirstOrDefault(part => part.Length == 2 && part.All(char.IsAsciiLetter))?.ToUpperInvariant();

    private static FrozenDictionary<string, ReminderLanguage> Load()
    {
        const string Prefix = "language.";
        var assembly = typeof(ReminderLanguage).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Prefix.Length..],
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    return JsonSerializer.Deserialize<ReminderLanguage>(stream, Strict)!;
                },
                StringComparer.Ordinal);
    }
}
