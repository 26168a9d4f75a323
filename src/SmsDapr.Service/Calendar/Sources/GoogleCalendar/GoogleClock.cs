using Google.Apis.Util;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>Lets Google's library see the service's clock: a token grows stale on that one.</summary>
internal sealed class GoogleClock(TimeProvider time) : IClock
{
    [Obsolete("Required by the interface.")]
    public DateTime Now => time.GetLocalNow().DateTime;

    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;
}
