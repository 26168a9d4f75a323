using System.Text.Json.Nodes;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Planning;
using SmsDapr.Service.Reporting.Alerts;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Hosting.ApiDocs;

/// <summary>An answer of each kind, as the API's documentation shows it.</summary>
internal static class ResponseExamples
{
    private const string Message =
        """
        {
          "id": "order-4711",
          "userId": "anna",
          "type": "custom",
          "status": "delivered",
          "statusReason": null,
          "body": "Your table is ready",
          "bodySource": "caller",
          "llmModel": null,
          "generationCostUsd": null,
          "sendAt": "2030-01-15T09:45:00Z",
          "timeZone": "Europe/Berlin",
          "event": null,
          "attempts": 1,
          "maxAttempts": 3,
          "nextAttemptAt": null,
          "lastError": null,
          "deliveryUnconfirmed": false,
          "createdAt": "2030-01-14T16:20:00Z",
          "updatedAt": "2030-01-15T09:45:03Z",
          "sentAt": "2030-01-15T09:45:01Z",
          "deliveredAt": "2030-01-15T09:45:03Z",
          "failedAt": null,
          "cancelledAt": null,
          "smsMessageId": "sms-order-4711",
          "twilioSid": "SM00000000000000000000000000004711",
          "sms": {
            "id": "sms-order-4711",
            "scheduledSmsId": "order-4711",
            "to": "+14155550100",
            "status": "delivered",
            "twilioSid": "SM00000000000000000000000000004711",
            "errorCode": null,
            "errorMessage": null,
            "errorCategory": null,
            "segments": 1,
            "encoding": "gsm7",
            "smartEncoding": false,
            "attempts": [
              {
                "number": 1,
                "twilioSid": "SM00000000000000000000000000004711",
                "status": "delivered",
                "errorCode": null,
                "errorCategory": null,
                "requestedAt": "2030-01-15T09:45:00Z",
                "sentAt": "2030-01-15T09:45:01Z",
                "deliveredAt": "2030-01-15T09:45:03Z",
                "failedAt": null,
                "carrierDoneAt": "2030-01-15T10:45:00"
              }
            ],
            "queuedAt": "2030-01-15T09:45:00Z",
            "sentAt": "2030-01-15T09:45:01Z",
            "deliveredAt": "2030-01-15T09:45:03Z",
            "failedAt": null
          },
          "timeline": [
            { "at": "2030-01-14T16:20:00Z", "status": "scheduled", "reason": null, "attempt": null, "source": "api", "note": null },
            { "at": "2030-01-15T09:45:00Z", "status": "sending", "reason": null, "attempt": 1, "source": "workflow", "note": null },
            { "at": "2030-01-15T09:45:01Z", "status": "sent", "reason": null, "attempt": 1, "source": "twilio", "note": null },
            { "at": "2030-01-15T09:45:03Z", "status": "delivered", "reason": null, "attempt": 1, "source": "twilio", "note": null }
          ]
        }
        """;

    private const string Preferences =
        """
        {
          "userId": "anna",
          "eventRemindersEnabled": true,
          "leadTimeMinutes": 30,
          "quietHours": { "start": "22:00", "end": "07:30" },
          "dailyLimit": 10,
          "timeZone": "Europe/Berlin",
          "timeZoneIsDefault": false,
          "phone": { "number": "+14155550100", "verified": true, "verifiedAt": "2030-01-10T08:00:00Z" },
          "optedOut": false,
          "optedOutAt": null,
          "optOutReason": null,
          "calendar": {
            "connected": true,
            "calendarId": "primary",
            "healthy": true,
            "problem": null,
            "channelExpiresAt": "2030-01-22T08:00:00Z"
          },
          "today": { "date": "2030-01-15", "sent": 1, "limit": 10 }
        }
        """;

    private const string Explanation =
        """
        {
          "outcome": "deferred",
          "sendAt": "2030-01-16T06:30:00Z",
          "checks": [
            { "rule": "opted_out", "passed": true, "detail": "The user has not opted out." },
            { "rule": "quiet_hours", "passed": false, "detail": "Quiet hours last until 2030-01-16T06:30:00Z." }
          ]
        }
        """;

    private const string PlanningRun =
        """
        {
          "users": [
            {
              "userId": "anna",
              "planned": [{ "eventId": "review-1", "messageId": "rem-00000000000000000000000000000000000000aa", "sendAt": "2030-01-15T09:30:00Z" }],
              "skipped": [{ "eventId": "holiday-1", "reason": "event_all_day" }]
            }
          ]
        }
        """;

    private const string Alert =
        """
        {
          "id": "alert-01900000000070008000000000000000",
          "kind": "account",
          "severity": "critical",
          "value": 1,
          "threshold": 0,
          "openedAt": "2030-01-15T09:45:00Z",
          "resolvedAt": null,
          "notified": [{ "channel": "log", "ok": true }]
        }
        """;

    private static readonly Dictionary<Type, Func<JsonNode>> Examples = new()
    {
        [typeof(MessageView)] = () => JsonNode.Parse(Message)!,
        [typeof(MessagePage)] = () => new JsonObject { ["items"] = new JsonArray(Row()), ["nextCursor"] = null },
        [typeof(ExplanationView)] = () => JsonNode.Parse(Explanation)!,
        [typeof(PreferencesView)] = () => JsonNode.Parse(Preferences)!,
        [typeof(PhoneVerificationView)] = () => new JsonObject { ["status"] = "pending" },
        [typeof(PlanningRunView)] = () => JsonNode.Parse(PlanningRun)!,
        [typeof(AlertView)] = () => JsonNode.Parse(Alert)!,
        [typeof(AlertList)] = () => new JsonObject { ["items"] = new JsonArray(JsonNode.Parse(Alert)) },
    };

    public static JsonNode? Of(Type type) => Examples.GetValueOrDefault(type)?.Invoke();

    private static JsonObject Row()
    {
        var message = JsonNode.Parse(Message)!.AsObject();
        message.Remove("timeline");
        message["sms"]!.AsObject().Remove("attempts");
        return message;
    }
}
