using System.Net;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>The life of a message through the whole system: API, workflow, Twilio over HTTP, signed receipts.</summary>
public sealed class DeliveryScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    [Fact]
    public async Task A_message_is_sent_at_its_time_and_delivered_five_seconds_later()
    {
        var user = await system.NewUserAsync();
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);

        await system.AdvanceToAsync(sendAt.AddSeconds(-1));
        (await system.MessageAsync(id)).Text("status").ShouldBe("scheduled");
        (await system.CreatesAsync(user)).ShouldBeEmpty();
        await system.AdvanceToAsync(sendAt);
        (await system.MessageAsync(id)).Text("status").ShouldBe("sent");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        var message = await system.MessageAsync(id);
        var sms = message.GetProperty("sms");
        message.Text("status").ShouldBe("delivered");
        sms.Text("status").ShouldBe("delivered");
        message.Number("attempts").ShouldBe(1);
        message.Text("twilioSid").ShouldNotBeNull();
        sms.Text("twilioSid").ShouldBe(message.Text("twilioSid"));
        message.Text("smsMessageId").ShouldBe(sms.Text("id"));
        sms.Text("scheduledSmsId").ShouldBe(id);
        message.Time("sentAt").ShouldBe(sendAt);
        message.Time("deliveredAt").ShouldBe(sendAt.AddSeconds(5));
        message.Story().ShouldBe(["scheduled", "sending", "sent", "delivered"]);
        (await system.CreatesAsync(user)).ShouldBe([sendAt]);
        (await system.TextsAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_message_without_a_time_goes_out_at_once()
    {
        var user = await system.NewUserAsync();
        var now = await system.NowAsync();

        var id = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(user)).ShouldBe([now]);
    }

    [Fact]
    public async Task A_503_is_followed_after_120_seconds()
    {
        var user = await system.NewUserAsync("+19075550101");
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);

        await system.AdvanceToAsync(sendAt);
        var waiting = await system.MessageAsync(id);
        waiting.Text("status").ShouldBe("scheduled");
        waiting.Text("statusReason").ShouldBe("retry");
        waiting.Time("nextAttemptAt").ShouldBe(sendAt.AddSeconds(120));
        ShouldHaveFailedWith(waiting, "Service unavailable (Code: 20503)", 20503);
        await system.AdvanceToAsync(sendAt.AddMinutes(3));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("delivered");
        message.Number("attempts").ShouldBe(2);
        (await system.CreatesAsync(user)).ShouldBe([sendAt, sendAt.AddSeconds(120)]);
    }

    [Fact]
    public async Task Three_503s_exhaust_the_attempts_and_nothing_more_is_tried()
    {
        var user = await system.NewUserAsync("+19075550102");
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);

        await system.AdvanceToAsync(sendAt.AddHours(5));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("failed");
        message.Text("statusReason").ShouldBe("attempts_exhausted");
        message.Number("attempts").ShouldBe(3);
        ShouldHaveFailedWith(message, "Service unavailable (Code: 20503)", 20503);
        (await system.CreatesAsync(user)).ShouldBe([sendAt, sendAt.AddSeconds(120), sendAt.AddSeconds(360)]);
        (await system.TextsAsync(user)).ShouldBeEmpty();
    }

    /// <summary>It was «Twilio did not answer», and the code was lost.</summary>
    [Theory]
    [InlineData("+19075550108", "Internal server error (Code: 20500)", 20500)]
    [InlineData("+19075550106", "Twilio answered with HTTP status 502", null)]
    public async Task An_answered_5xx_was_recorded_as_no_answer(string phone, string lastError, int? code)
    {
        var user = await system.NewUserAsync(phone);
        var id = await system.ScheduleAsync(user, sendAt: null);

        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        ShouldHaveFailedWith(await system.MessageAsync(id), lastError, code);

        await system.AdvanceAsync(TimeSpan.FromMinutes(3));
        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task A_number_that_Twilio_calls_invalid_is_tried_once()
    {
        var user = await system.NewUserAsync("+15005550001");
        var id = await system.ScheduleAsync(user, sendAt: null);

        await system.AdvanceAsync(TimeSpan.FromHours(1));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("failed");
        message.Text("statusReason").ShouldBe("provider_rejected");
        message.GetProperty("sms").Text("errorCategory").ShouldBe("invalid_recipient");
        message.GetProperty("sms").Number("errorCode").ShouldBe(21211);
        message.Text("lastError")!.ShouldEndWith("(Code: 21211)");
        (await system.CreatesAsync(user)).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("+19075550111", "created, then the connection is cut")]
    [InlineData("+19075550113", "503 although it was created")]
    public async Task An_accepted_create_whose_answer_is_lost_is_found_and_not_repeated(string phone, string situation)
    {
        var user = await system.NewUserAsync(phone);
        var id = await system.ScheduleAsync(user, sendAt: null, body: situation);

        await system.AdvanceAsync(TimeSpan.FromMinutes(10));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("delivered");
        message.Number("attempts").ShouldBe(1);
        (await system.CreatesAsync(user)).ShouldHaveSingleItem();
        (await system.TextsAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_create_that_never_arrived_is_made_again()
    {
        var user = await system.NewUserAsync("+19075550112");
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);

        await system.AdvanceToAsync(sendAt.AddMinutes(10));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(user)).ShouldBe([sendAt, sendAt.AddSeconds(120)]);
        (await system.TextsAsync(user)).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("+19075550132", "receipts duplicated")]
    [InlineData("+19075550133", "receipts reordered")]
    [InlineData("+19075550134", "receipts before the answer to the create call")]
    public async Task Receipts_in_any_order_and_number_leave_the_same_records(string phone, string situation)
    {
        var user = await system.NewUserAsync(phone);
        var id = await system.ScheduleAsync(user, sendAt: null, body: situation);

        await system.AdvanceAsync(TimeSpan.FromMinutes(1));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("delivered");
        message.GetProperty("sms").Text("status").ShouldBe("delivered");
        message.Number("attempts").ShouldBe(1);
        message.Story()[^1].ShouldBe("delivered");
        message.Story().Count(status => status == "delivered").ShouldBe(1);
        (await system.TextsAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_message_whose_receipts_are_lost_is_asked_about()
    {
        var user = await system.NewUserAsync("+19075550131");
        var id = await system.ScheduleAsync(user, sendAt: null);

        await system.AdvanceAsync(TimeSpan.FromMinutes(6));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task A_message_that_never_gets_a_receipt_stays_sent_and_unconfirmed()
    {
        var user = await system.NewUserAsync("+19075550135");
        var id = await system.ScheduleAsync(user, sendAt: null);

        await system.AdvanceAsync(TimeSpan.FromHours(25));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("sent");
        message.GetProperty("deliveryUnconfirmed").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_failed_receipt_of_a_passing_cause_is_followed_by_another_attempt()
    {
        var user = await system.NewUserAsync("+19075550125");
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);

        await system.AdvanceToAsync(sendAt.AddMinutes(15));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("delivered");
        message.Number("attempts").ShouldBe(2);
        (await system.TextsAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Retries_after_failed_receipts_have_a_limit_of_their_own_when_one_is_set()
    {
        await using var careful = VirtualSystem.With("Sms__MaxRetriesAfterReceipt", "0");
        await careful.InitializeAsync();
        var undelivered = await careful.NewUserAsync("+19075550128");
        var refused = await careful.NewUserAsync("+19075550101");
        var first = await careful.ScheduleAsync(undelivered, sendAt: null);
        var second = await careful.ScheduleAsync(refused, sendAt: null);

        await careful.AdvanceAsync(TimeSpan.FromMinutes(30));

        (await careful.MessageAsync(first)).Text("statusReason").ShouldBe("attempts_exhausted");
        (await careful.CreatesAsync(undelivered)).ShouldHaveSingleItem();
        (await careful.MessageAsync(second)).Text("status").ShouldBe("delivered");
        (await careful.CreatesAsync(refused)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_opt_out_that_Twilio_reports_opts_the_user_out_and_cancels_what_waits()
    {
        var user = await system.NewUserAsync("+19075550107");
        var later = await system.ScheduleAsync(user, (await system.NowAsync()).AddHours(2), "later");
        var now = await system.ScheduleAsync(user, sendAt: null, "now");

        await system.AdvanceAsync(TimeSpan.FromSeconds(1));

        (await system.MessageAsync(now)).Text("status").ShouldBe("failed");
        (await system.MessageAsync(later)).Text("statusReason").ShouldBe("opted_out");
        using var refused = await system.Api.PostAsync(
            new Uri("/v1/messages", UriKind.Relative),
            System.Net.Http.Json.JsonContent.Create(new { userId = user.Id, body = "more" }),
            TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    private static void ShouldHaveFailedWith(JsonElement message, string lastError, int? code)
    {
        var sms = message.GetProperty("sms");
        message.Text("lastError").ShouldBe(lastError);
        sms.Text("errorCategory").ShouldBe("transient_provider");
        foreach (var holder in sms.GetProperty("attempts").EnumerateArray().Append(sms))
            holder.GetProperty("errorCode").Deserialize<int?>().ShouldBe(code);
        foreach (var attempt in sms.GetProperty("attempts").EnumerateArray())
            attempt.Text("errorCategory").ShouldBe("transient_provider");
    }
}
