namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>Calendar ids that are addresses of iCalendar feeds.</summary>
internal static class FeedAddress
{
    private const string Webcal = "webcal://";

    private static readonly string[] Schemes = ["https://", "http://", Webcal];

    public static bool IsFeed(string calendarId) => Schemes.Any(scheme => calendarId.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is fetched: <c>webcal</c> means https. Null when it is no address, or http anywhere but on this machine.</summary>
    public static Uri? Parse(string calendarId)
    {
        var text = calendarId.StartsWith(Webcal, StringComparison.OrdinalIgnoreCase) ? $"https://{calendarId[Webcal.Length..]}" : calendarId;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && IsFetchable(address) ? address : null;
    }

    public static bool IsFetchable(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);
}
