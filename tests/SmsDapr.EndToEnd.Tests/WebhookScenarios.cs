using System.Globalization;
using System.Net;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What reaches the service from Twilio, and from those who only pretend to be Twilio.</summary>
public sealed class WebhookScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    // Its first message is accepted and stays sent, so that the test says what the receipts are.
    private const string SilentPhone = "+19075550135";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_signature_is_refused_with_the_same_bytes_whether_the_message_exists_or_not()
    {
        var (id, sid) = await SentAsync();
        var known = await PostAsync($"/webhooks/twilio/status?messageId={id}&attempt=1", TwilioCallback.Fields(sid, "failed"), token: "wrong");
        var unknown = await PostAsync("/webhooks/twilio/status?messageId=nobody&attempt=1", TwilioCallback.Fields(sid, "failed"), token: "wrong");

        known.Status.ShouldBe(HttpStatusCode.Forbidden);
        unknown.ShouldBe(known);
        (await system.MessageAsync(id)).Text("status").ShouldBe("sent");
    }

    [Fact]
    public async Task A_request_without_signature_is_refused()
    {
        using var response = await system.Api.PostAsync(
            new Uri("/webhooks/twilio/status", UriKind.Relative), new FormUrlEncodedContent(TwilioCallback.Fields("SM1", "sent")), Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Receipts_move_a_message_forward_only()
    {
        var (id, sid) = await SentAsync();
        foreach (var status in new[] { "delivered", "sent", "failed", "delivered", "queued", "frobnicated" })
            (await PostAsync($"/webhooks/twilio/status?messageId={id}&attempt=1", TwilioCallback.Fields(sid, status))).Status.ShouldBe(HttpStatusCode.NoContent);

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("delivered");
        message.GetProperty("sms").Text("status").ShouldBe("delivered");
        message.Story().ShouldBe(["scheduled", "sending", "sent", "delivered"]);
    }

    [Fact]
    public async Task A_receipt_with_another_sid_or_of_an_unknown_message_changes_nothing()
    {
        var (id, _) = await SentAsync();

        var mismatch = await PostAsync($"/webhooks/twilio/status?messageId={id}&attempt=1", TwilioCallback.Fields($"SM{new string('0', 32)}", "failed"));
        var unknown = await PostAsync("/webhooks/twilio/status?messageId=nobody&attempt=1", TwilioCallback.Fields("SM1", "failed"));

        mismatch.Status.ShouldBe(HttpStatusCode.NoContent);
        unknown.Status.ShouldBe(HttpStatusCode.NoContent);
        (await system.MessageAsync(id)).Text("status").ShouldBe("sent");
    }

    [Theory]
    [InlineData(SilentPhone, "")]
    [InlineData(null, "")]
    [InlineData(null, "?messageId={0}")]
    public async Task A_receipt_without_our_ids_finds_its_message_by_sid(string? to, string query)
    {
        var (id, sid) = await SentAsync();
        var fields = TwilioCallback.Fields(sid, "delivered");
        if (to is not null)
            fields["To"] = to;

        await PostAsync($"/webhooks/twilio/status{string.Format(CultureInfo.InvariantCulture, query, id)}", fields);

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task A_receipt_without_our_ids_that_comes_days_later_finds_its_message_too()
    {
        await using var other = VirtualSystem.With("Sms__DeliveryTimeout", "PT1H");
        await other.InitializeAsync();
        var user = await other.NewUserAsync(SilentPhone);
        var id = await other.ScheduleAsync(user, sendAt: null);
        await other.AdvanceAsync(TimeSpan.FromHours(2));
        var message = await other.MessageAsync(id);
        message.GetProperty("deliveryUnconfirmed").GetBoolean().ShouldBeTrue();
        await other.AdvanceAsync(TimeSpan.FromDays(5));

        var fields = TwilioCallback.Fields(message.Text("twilioSid")!, "delivered");
        fields["To"] = SilentPhone;
        using var request = TwilioCallback.Create(other.Process, "/webhooks/twilio/status", fields);
        using var response = await other.Api.SendAsync(request, Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await other.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task The_carrier_s_time_is_kept_beside_ours()
    {
        var (id, sid) = await SentAsync();
        var fields = TwilioCallback.Fields(sid, "delivered");
        fields["RawDlrDoneDate"] = "2603020912";
        await PostAsync($"/webhooks/twilio/status?messageId={id}&attempt=1", fields);

        var attempt = (await system.MessageAsync(id)).GetProperty("sms").GetProperty("attempts")[0];
        attempt.Text("carrierDoneAt").ShouldBe("2026-03-02T09:12");
        attempt.Time("deliveredAt").ShouldBe(await system.NowAsync());
    }

    [Theory]
    [InlineData("MessageSid")]
    [InlineData("MessageStatus")]
    public async Task A_callback_without_sid_or_status_is_a_bad_request(string missing)
    {
        var fields = TwilioCallback.Fields("SM1", "sent");
        fields.Remove(missing);

        (await PostAsync("/webhooks/twilio/status?messageId=a&attempt=1", fields)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_receipt_that_cannot_be_stored_is_answered_503_and_applied_when_Twilio_repeats_it()
    {
        var (id, sid) = await SentAsync();
        var path = $"/webhooks/twilio/status?messageId={id}&attempt=1";
        await FaultAsync("""{"target":"state","down":true}""");
        var down = await PostAsync(path, TwilioCallback.Fields(sid, "delivered"));
        await FaultAsync("""{"target":"state","down":false}""");
        var up = await PostAsync(path, TwilioCallback.Fields(sid, "delivered"));

        down.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        up.Status.ShouldBe(HttpStatusCode.NoContent);
        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    private async Task<(string Id, string Sid)> SentAsync()
    {
        // One user for the whole class: a number has one user only.
        var user = _user ??= await system.NewUserAsync(SilentPhone, new { quietHours = (string?)null, dailyLimit = 1000 });
        var id = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        return (id, (await system.MessageAsync(id)).Text("twilioSid")!);
    }

    private static TestUser? _user;

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, Dictionary<string, string> fields, string? token = null)
    {
        using var request = TwilioCallback.Create(system.Process, path, fields, token);
        using var response = await system.Api.SendAsync(request, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    private async Task FaultAsync(string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await system.Api.PostAsync(new Uri("/_test/faults", UriKind.Relative), content, Cancellation);
        response.IsSuccessStatusCode.ShouldBeTrue();
    }
}
