using System.Text.Json.Serialization;
using SmsDapr.Simulators.GoogleCalendar.Events;
using SmsDapr.Simulators.GoogleCalendar.Pushes;

namespace SmsDapr.Simulators.GoogleCalendar.Storage;

/// <summary>One change of what the simulator knows. State is nothing but the fold of these, so a restart is a replay.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(CalendarSaved), "calendar")]
[JsonDerivedType(typeof(EventSaved), "event")]
[JsonDerivedType(typeof(InstanceSaved), "instance")]
[JsonDerivedType(typeof(SyncTokensExpired), "tokens_expired")]
[JsonDerivedType(typeof(ChannelOpened), "channel")]
[JsonDerivedType(typeof(ChannelClosed), "channel_closed")]
[JsonDerivedType(typeof(PushOwed), "push")]
[JsonDerivedType(typeof(PushSettled), "push_settled")]
[JsonDerivedType(typeof(ConsentChanged), "consent")]
internal abstract record CalendarEntry;

internal sealed record CalendarSaved(string CalendarId, string Summary, string TimeZone, CalendarAccess Access) : CalendarEntry;

internal sealed record EventSaved(string CalendarId, string EventId, EventDetails Details, bool Deleted, DateTimeOffset At) : CalendarEntry;

internal sealed record InstanceSaved(
    string CalendarId, string SeriesId, string InstanceId, EventTime OriginalStart, EventDetails? Details, bool Cancelled, DateTimeOffset At) : CalendarEntry;

internal sealed record SyncTokensExpired(string CalendarId) : CalendarEntry;

internal sealed record ChannelOpened(Channel Channel) : CalendarEntry;

internal sealed record ChannelClosed(string ChannelId) : CalendarEntry;

internal sealed record PushOwed(Push Push) : CalendarEntry;

internal sealed record PushSettled(long PushId) : CalendarEntry;

/// <summary>Which consent, by the hash of its refresh token or by the address that a service account acts for.</summary>
internal sealed record ConsentChanged(string Consent, bool Revoked) : CalendarEntry;
