namespace SmsDapr.Service.Hosting.Options;

/// <summary>How iCalendar feeds are fetched.</summary>
public sealed class CalendarFeedOptions
{
    /// <summary>
    /// Whether a feed may lie on this machine or in a private network. Off unless set: users name the addresses, and what only the service can
    /// reach is not for them to read.
    /// </summary>
    public required bool AllowPrivateAddresses { get; init; }

    internal static CalendarFeedOptions Read(SettingsReader settings) => new()
    {
        AllowPrivateAddresses = settings.Flag("AllowPrivateAddresses", false),
    };
}
