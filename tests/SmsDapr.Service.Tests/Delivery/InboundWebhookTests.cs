using System.Net;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Delivery;

public sealed class InboundWebhookTests(RunningService service)
{
    private const string Path = "/webhooks/twilio/inbound";

    private static int _numbers = 100;

    private readonly string _userId = $"u-{Guid.NewGuid():N}";
    private readonly string _phone = $"+1202555{Interlocked.Increment(ref _numbers):0000}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_keyword_is_answered_with_empty_twiml()
    {
        await VerifyAsync();

        using var answer = await PostAsync(service, "SM1", "Stop");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/xml");
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldBe("<Response></Response>");
        (await OptedOutAsync()).ShouldBe("keyword");
    }

    [Fact]
    public async Task A_keyword_that_comes_again_after_a_start_stays_without_effect()
    {
        await VerifyAsync();

        (await PostAsync(service, "SM1", "STOP")).Dispose();
        (await PostAsync(service, "SM2", "START")).Dispose();
        (await PostAsync(service, "SM1", "STOP")).Dispose();

        (await OptedOutAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Another_keyword_under_the_same_id_is_another_text()
    {
        await VerifyAsync();

        (await PostAsync(service, "SM1", "STOP")).Dispose();
        (await PostAsync(service, "SM1", "START")).Dispose();

        (await OptedOutAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_keyword_without_an_id_counts_each_time_it_comes()
    {
        await VerifyAsync();

        foreach (var (keyword, reason) in new[] { ("STOP", "keyword"), ("START", null), ("STOP", "keyword") })
        {
            (await PostAsync(service, null, keyword)).Dispose();
            (await OptedOutAsync()).ShouldBe(reason);
        }
    }

    [Fact]
    public async Task Twilios_own_reading_goes_first()
    {
        await VerifyAsync();

        (await PostAsync(service, "SM1", "BASTA", "STOP")).Dispose();
        (await OptedOutAsync()).ShouldBe("keyword");
        (await PostAsync(service, "SM2", "STOP", "START")).Dispose();
        (await OptedOutAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("HELP")]
    [InlineData("stop please")]
    [InlineData("Thank you!")]
    public async Task Other_texts_change_nothing(string body)
    {
        await VerifyAsync();

        using var answer = await PostAsync(service, "SM1", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await OptedOutAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_number_whose_verification_was_taken_back_can_stop_texts_and_not_ask_for_them()
    {
        await VerifyAsync();
        await VerifyAsync(service, verified: false);

        (await PostAsync(service, "SM1", "STOP")).Dispose();
        (await PostAsync(service, "SM2", "START")).Dispose();

        (await OptedOutAsync()).ShouldBe("keyword");
        await VerifyAsync();
        (await OptedOutAsync()).ShouldBe("keyword");
        (await PostAsync(service, "SM3", "START")).Dispose();
        (await OptedOutAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_number_that_went_to_another_user_speaks_for_that_one_only()
    {
        var next = $"u-{Guid.NewGuid():N}";
        await VerifyAsync();
        await VerifyAsync(service, verified: false);
        await VerifyAsync(service, userId: next);

        (await PostAsync(service, "SM1", "STOP")).Dispose();

        (await OptedOutAsync()).ShouldBeNull();
        (await OptedOutAsync(service, next)).ShouldBe("keyword");
    }

    [Fact]
    public async Task A_stranger_gets_the_same_answer()
    {
        using var answer = await PostAsync(service, "SM1", "STOP");
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldBe("<Response></Response>");
    }

    [Fact]
    public async Task Without_a_right_signature_nothing_is_read()
    {
        await VerifyAsync();

        using var none = await PostAsync(service, "SM1", "STOP", signature: "");
        using var wrong = await PostAsync(service, "SM1", "STOP", signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");

        none.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        wrong.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await OptedOutAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_text_to_another_account_changes_nothing()
    {
        await VerifyAsync();

        using var answer = await PostAsync(service, "SM1", "STOP", account: "AC1");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await OptedOutAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_keyword_that_cannot_be_stored_is_answered_503_and_taken_when_it_comes_again()
    {
        await using var alone = new RunningService();
        await alone.InitializeAsync();
        await VerifyAsync(alone);

        alone.Faults.SetDown(true);
        using var failed = await PostAsync(alone, "SM1", "STOP");
        alone.Faults.SetDown(false);
        (await PostAsync(alone, "SM1", "STOP")).Dispose();

        failed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await OptedOutAsync(alone)).ShouldBe("keyword");
    }

    private Task VerifyAsync() => VerifyAsync(service);

    private async Task VerifyAsync(RunningService at, bool verified = true, string? userId = null)
    {
        var (status, _) = await at.SendAsync(
            RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{userId ?? _userId}/phone", new { phoneNumber = _phone, verified });
        status.ShouldBe(HttpStatusCode.OK);
    }

    private Task<string?> OptedOutAsync() => OptedOutAsync(service);

    private async Task<string?> OptedOutAsync(RunningService at, string? userId = null)
    {
        var (_, preferences) = await at.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{userId ?? _userId}/preferences");
        return preferences["optOutReason"]?.GetValue<string>();
    }

    private async Task<HttpResponseMessage> PostAsync(
        RunningService at, string? sid, string body, string? optOutType = null, string account = "AC0", string? signature = null)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["AccountSid"] = account,
            ["Body"] = body,
            ["From"] = _phone,
            ["FromCity"] = "",
            ["To"] = "+15005550006",
        };
        if (sid is not null)
            fields["MessageSid"] = sid;
        if (optOutType is not null)
            fields["OptOutType"] = optOutType;
        var signed = string.Concat(fields.Select(field => field.Key + field.Value));
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("X-Twilio-Signature", signature ?? TwilioSignature.Compute("token", $"https://sms.example.org{Path}{signed}"));
        return await at.Anonymous.SendAsync(request, Cancellation);
    }
}
