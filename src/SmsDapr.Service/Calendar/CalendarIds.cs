namespace SmsDapr.Service.Calendar;

/// <summary>Calendar ids as the API shows them.</summary>
internal static class CalendarIds
{
    /// <summary>An id at Google as it is; of a feed's address only the host, since who has the address reads the calendar.</summary>
    public static string Shown(string calendarId) =>
        calendarId.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(calendarId, UriKind.Absolute, out var address)
            ? $"{address.Scheme}://{address.Host}/…"
            : calendarId;
}
