using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using SmsDapr.Simulators.GoogleCalendar.Events;

namespace SmsDapr.Simulators.GoogleCalendar.Api;

/// <summary>Events as Google writes them: offsets follow the zone of the answer, deleted ones keep next to nothing.</summary>
internal sealed class EventJson(string calendarId, string calendarZone, string answerZone, string page, int? maxAttendees)
{
    private static readonly OffsetDateTimePattern WithOffset = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:sso<Z+HH:mm>");

    public static string ETag(long revision) => $"\"{revision.ToString(CultureInfo.InvariantCulture)}000\"";

    public static string Timestamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public JsonObject Of(EventItem item)
    {
        var json = new JsonObject
        {
            ["kind"] = "calendar#event",
            ["etag"] = ETag(item.Revision),
            ["id"] = item.Id,
            ["status"] = item.Cancelled ? "cancelled" : item.Details.Status,
        };
        if (!item.Cancelled)
            AddDetails(json, item);
        if (item.SeriesId is not null)
        {
            json["recurringEventId"] = item.SeriesId;
            json["originalStartTime"] = Time(item.OriginalStart!);
        }

        return json;
    }

    private void AddDetails(JsonObject json, EventItem item)
    {
        var details = item.Details;
        json["htmlLink"] = $"{page}#{item.Id}";
        json["created"] = Timestamp(item.Created);
        json["updated"] = Timestamp(item.Updated);
        Add(json, "summary", details.Summary);
        Add(json, "description", details.Description);
        Add(json, "location", details.Location);
        json["creator"] = Owner();
        json["organizer"] = details.Response is null ? Owner() : new JsonObject { ["email"] = "organizer@example.com" };
        json["start"] = Time(details.Start);
        json["end"] = Time(details.End);
        if (details.Recurrence is { } rule)
            json["recurrence"] = new JsonArray(rule);
        json["iCalUID"] = $"{item.SeriesId ?? item.Id}@google.com";
        json["sequence"] = item.Revision;
        if (details.Response is { } response)
            AddAttendees(json, response);
        if (details.JoinLink is { } link)
            AddConference(json, link);
        json["reminders"] = new JsonObject { ["useDefault"] = true };
        json["eventType"] = details.EventType;
    }

    private void AddAttendees(JsonObject json, string response)
    {
        var self = new JsonObject { ["email"] = calendarId, ["self"] = true, ["responseStatus"] = response };
        var others = new JsonObject { ["email"] = "organizer@example.com", ["organizer"] = true, ["responseStatus"] = "accepted" };
        var cut = maxAttendees < 2;
        json["attendees"] = cut ? new JsonArray(self) : new JsonArray(others, self);
        if (cut)
            json["attendeesOmitted"] = true;
    }

    private static void AddConference(JsonObject json, string link)
    {
        if (link.StartsWith("https://meet.google.com/", StringComparison.Ordinal))
            json["hangoutLink"] = link;
        json["conferenceData"] = new JsonObject
        {
            ["entryPoints"] = new JsonArray(
                new JsonObject { ["entryPointType"] = "phone", ["uri"] = "tel:+1-202-555-0100", ["pin"] = "000000" },
                new JsonObject { ["entryPointType"] = "video", ["uri"] = link }),
        };
    }

    private JsonObject Owner() => new() { ["email"] = calendarId, ["self"] = true };

    private JsonObject Time(EventTime time)
    {
        if (time.Date is { } date)
            return new JsonObject { ["date"] = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) };
        var at = Instant.FromDateTimeOffset(time.At!.Value).InZone(EventTime.Zone(answerZone)).ToOffsetDateTime();
        return new JsonObject { ["dateTime"] = WithOffset.Format(at), ["timeZone"] = time.TimeZone ?? calendarZone };
    }

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
            json[name] = value;
    }
}
