using NodaTime;
using SmsDapr.Core.Composing;

namespace SmsDapr.Core.Tests.Composing;

internal static class Facts
{
    public static readonly Instant Start = Instant.FromUtc(2026, 3, 9, 18, 30);

    public static ReminderFacts Of(string? title, string? place = null, string? link = null, int minutes = 15, int length = 30, string language = "en", string zone = "America/New_York") => new()
    {
        Title = title,
        Location = place,
        JoinLink = link,
        Start = Start,
        End = Start + Duration.FromMinutes(length),
        SendAt = Start - Duration.FromMinutes(minutes),
        Zone = DateTimeZoneProviders.Tzdb[zone],
        Language = language,
    };
}
