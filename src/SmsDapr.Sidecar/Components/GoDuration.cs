using System.Globalization;
using System.Text.RegularExpressions;

namespace SmsDapr.Sidecar.Components;

/// <summary>Durations as component files write them: <c>1h30m</c>, <c>250ms</c>, <c>0</c>.</summary>
internal static partial class GoDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
            return true;
        if (!Whole().IsMatch(text))
            return false;

        var ticks = 0m;
        foreach (Match part in Part().Matches(text))
        {
            var amount = decimal.Parse(part.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            ticks += amount * part.Groups[2].Value switch
            {
                "h" => TimeSpan.TicksPerHour,
                "m" => TimeSpan.TicksPerMinute,
                "s" => TimeSpan.TicksPerSecond,
                "ms" => TimeSpan.TicksPerMillisecond,
                "ns" => TimeSpan.TicksPerMicrosecond / 1000m,
                _ => TimeSpan.TicksPerMicrosecond,
            };
        }

        if (ticks > TimeSpan.MaxValue.Ticks)
            return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    [GeneratedRegex(@"^(\d{1,15}(\.\d{1,9})?(h|ms|m|s|us|µs|ns))+$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")]
    private static partial Regex Part();
}
