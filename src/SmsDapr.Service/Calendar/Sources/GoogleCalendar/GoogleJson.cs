using System.Text.Json.Serialization;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>The fields of Google's Events resource that are read; all may be missing, most are in a deleted event.</summary>
internal sealed record GoogleEvent
{
    public string? Id { get; init; }

    public string? Etag { get; init; }

    public string? Status { get; init; }

    public string? Summary { get; init; }

    public string? Description { get; init; }

    public string? Location { get; init; }

    public string? HtmlLink { get; init; }

    public string? HangoutLink { get; init; }

    public string? EventType { get; init; }

    public string? RecurringEventId { get; init; }

    public GoogleTime? Start { get; init; }

    public GoogleTime? End { get; init; }

    public GoogleConference? ConferenceData { get; init; }

    public IReadOnlyList<GoogleAttendee>? Attendees { get; init; }
}

internal sealed record GoogleTime(string? Date, string? DateTime, string? TimeZone);

internal sealed record GoogleConference(IReadOnlyList<GoogleEntryPoint>? EntryPoints);

internal sealed record GoogleEntryPoint(string? EntryPointType, string? Uri);

internal sealed record GoogleAttendee(bool Self, string? ResponseStatus);

internal sealed record GoogleEvents(IReadOnlyList<GoogleEvent>? Items, string? TimeZone, string? NextPageToken, string? NextSyncToken);

internal sealed record GoogleWatch(string Id, string Type, string Address, string Token);

internal sealed record GoogleStop(string Id, string ResourceId);

/// <summary><paramref name="Expiration"/> is Unix milliseconds, as text or as a number.</summary>
internal sealed record GoogleChannel(string? ResourceId, [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] long? Expiration);

internal sealed record GoogleErrorBody(GoogleErrorPart? Error);

internal sealed record GoogleErrorPart(IReadOnlyList<GoogleErrorDetail>? Errors, string? Status);

internal sealed record GoogleErrorDetail(string? Reason, string? Location);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(GoogleEvents))]
[JsonSerializable(typeof(GoogleWatch))]
[JsonSerializable(typeof(GoogleStop))]
[JsonSerializable(typeof(GoogleChannel))]
[JsonSerializable(typeof(GoogleErrorBody))]
internal sealed partial class GoogleJson : JsonSerializerContext;
