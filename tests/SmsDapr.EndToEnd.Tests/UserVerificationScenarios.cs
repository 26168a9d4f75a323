using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Phone verification with codes, through Twilio Verify as the simulator serves it.</summary>
public sealed class UserVerificationScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private const string RightCode = "123456";
    private const string WrongCode = "918273";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_number_whose_code_was_entered_is_verified_and_receives_texts()
    {
        var user = NewUser();
        var written = $"{user.Phone[..2]} ({user.Phone[2..5]}) {user.Phone[5..8]}-{user.Phone[8..]}";

        using var started = await StartAsync(user.Id, written);
        (await system.Api.PatchAsJsonAsync($"/v1/users/{user.Id}/preferences", new { quietHours = (string?)null }, Cancellation)).Dispose();
        using var tooEarly = await system.Api.PostAsJsonAsync("/v1/messages", new { userId = user.Id, body = "hello" }, Cancellation);
        using var verified = await CheckAsync(user.Id, RightCode);
        var id = await system.ScheduleAsync(user, sendAt: null, "hello");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await VirtualSystem.JsonAsync(started)).Text("status").ShouldBe("pending");
        tooEarly.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        verified.StatusCode.ShouldBe(HttpStatusCode.OK);
        var phone = (await VirtualSystem.JsonAsync(verified)).GetProperty("phone");
        phone.Text("number").ShouldBe(user.Phone);
        phone.GetProperty("verified").GetBoolean().ShouldBeTrue();
        phone.Time("verifiedAt").ShouldNotBeNull();
        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.TextsAsync(user)).ShouldBe(["hello"]);
    }

    [Fact]
    public async Task A_sixth_start_within_an_hour_is_refused_until_the_first_is_an_hour_old()
    {
        var user = NewUser();
        for (var start = 0; start < 5; start++)
        {
            using var accepted = await StartAsync(user.Id, user.Phone);
            accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted, $"start {start}");
            await system.AdvanceAsync(TimeSpan.FromMinutes(3));
        }

        using var refused = await StartAsync(user.Id, user.Phone);
        await system.AdvanceAsync(TimeSpan.FromMinutes(45));
        using var again = await StartAsync(user.Id, user.Phone);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromMinutes(45));
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Five_wrong_codes_block_the_right_one_until_a_new_start()
    {
        var user = NewUser();
        (await StartAsync(user.Id, user.Phone)).Dispose();
        for (var wrong = 0; wrong < 5; wrong++)
        {
            using var answer = await CheckAsync(user.Id, WrongCode);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"wrong code {wrong}");
            (await ErrorsAsync(answer)).ShouldBe(["code"]);
        }

        using var blocked = await CheckAsync(user.Id, RightCode);
        blocked.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await PhoneAsync(user.Id)).ValueKind.ShouldBe(JsonValueKind.Null);

        using var again = await StartAsync(user.Id, user.Phone);
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var verified = await CheckAsync(user.Id, RightCode);
        verified.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_burst_of_guesses_gets_five_tries()
    {
        var user = NewUser();
        (await StartAsync(user.Id, user.Phone)).Dispose();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(guess => CheckAsync(user.Id, (200_000 + guess).ToString(CultureInfo.InvariantCulture))));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest).ShouldBe(5);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ShouldBe(15);
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task A_number_is_verified_by_one_user_only()
    {
        var owner = await system.NewUserAsync();
        var other = NewUser();

        using var taken = await StartAsync(other.Id, owner.Phone);
        using var own = await StartAsync(owner.Id, owner.Phone);

        taken.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        own.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var problem = await BodyAsync(taken);
        problem.Text("reason").ShouldBe("phone_taken");
        problem.ToString().ShouldNotContain(owner.Phone[2..]);
    }

    [Fact]
    public async Task Of_users_who_verify_one_number_at_once_one_gets_it()
    {
        var phone = VirtualSystem.NewPhone();
        var users = Enumerable.Range(0, 5).Select(_ => NewUser().Id).ToList();
        foreach (var user in users)
            (await StartAsync(user, phone)).Dispose();

        var answers = await Task.WhenAll(users.Select(user => CheckAsync(user, RightCode)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        var owners = new List<string>();
        foreach (var user in users)
        {
            if ((await PhoneAsync(user)) is { ValueKind: JsonValueKind.Object } shown && shown.GetProperty("verified").GetBoolean())
                owners.Add(user);
        }

        owners.Count.ShouldBe(1);
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task An_unfinished_verification_of_another_number_leaves_the_old_one_working()
    {
        var user = await system.NewUserAsync();
        var newPhone = VirtualSystem.NewPhone();

        using var started = await StartAsync(user.Id, newPhone);
        (await CheckAsync(user.Id, WrongCode)).Dispose();
        var id = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await system.MessageAsync(id)).GetProperty("sms").Text("to").ShouldBe(user.Phone);
        (await system.CreatesAsync(user)).Count.ShouldBe(1);
        (await PhoneAsync(user.Id)).Text("number").ShouldBe(user.Phone);

        (await CheckAsync(user.Id, RightCode)).Dispose();
        (await PhoneAsync(user.Id)).Text("number").ShouldBe(newPhone);
        using var freed = await StartAsync(NewUser().Id, user.Phone);
        freed.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_code_that_nobody_awaits_or_that_is_too_old_is_refused()
    {
        var user = NewUser();

        using var notStarted = await CheckAsync(user.Id, RightCode);
        (await StartAsync(user.Id, user.Phone)).Dispose();
        await system.AdvanceAsync(TimeSpan.FromMinutes(11));
        using var tooOld = await CheckAsync(user.Id, RightCode);
        using var noCode = await CheckAsync(user.Id, "12 34");

        notStarted.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        tooOld.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        noCode.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_text_that_is_no_number_is_refused()
    {
        foreach (var text in new[] { "2025550147", "+1", "call me", null })
        {
            using var answer = await StartAsync(NewUser().Id, text);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await ErrorsAsync(answer)).ShouldBe(["phoneNumber"]);
        }
    }

    [Fact]
    public async Task A_user_verifies_the_own_number_only_and_sees_it_masked()
    {
        using var asDemo = system.Process.ApiAs(LocalProcess.UserKey);
        var phone = VirtualSystem.NewPhone();

        using var foreign = await asDemo.PostAsJsonAsync($"/v1/users/{NewUser().Id}/phone/verification", new { phoneNumber = phone }, Cancellation);
        using var own = await asDemo.PostAsJsonAsync("/v1/users/demo/phone/verification", new { phoneNumber = phone }, Cancellation);
        using var verified = await asDemo.PostAsJsonAsync("/v1/users/demo/phone/verification/check", new { code = RightCode }, Cancellation);

        foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        own.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await VirtualSystem.JsonAsync(verified)).GetProperty("phone").Text("number").ShouldBe($"+1•••••••{phone[^3..]}");
    }

    [Fact]
    public async Task No_number_and_no_code_reaches_the_log_even_when_everything_is_logged()
    {
        await using var talkative = VirtualSystem.With("Serilog__MinimumLevel__Default", "Verbose");
        await talkative.InitializeAsync();
        var user = NewUser();

        foreach (var code in new[] { WrongCode, RightCode })
        {
            (await talkative.Api.PostAsJsonAsync($"/v1/users/{user.Id}/phone/verification", new { phoneNumber = user.Phone }, Cancellation)).Dispose();
            (await talkative.Api.PostAsJsonAsync($"/v1/users/{user.Id}/phone/verification/check", new { code }, Cancellation)).Dispose();
        }

        talkative.Process.Output.ShouldContain("/VerificationCheck");
        talkative.Process.Output.ShouldNotContain(user.Phone[2..]);
        talkative.Process.Output.ShouldNotContain(WrongCode);
    }

    private static TestUser NewUser() => new($"user-{Guid.NewGuid():N}", VirtualSystem.NewPhone());

    private Task<HttpResponseMessage> StartAsync(string userId, string? phoneNumber) =>
        system.Api.PostAsJsonAsync($"/v1/users/{userId}/phone/verification", new { phoneNumber }, Cancellation);

    private Task<HttpResponseMessage> CheckAsync(string userId, string code) =>
        system.Api.PostAsJsonAsync($"/v1/users/{userId}/phone/verification/check", new { code }, Cancellation);

    private async Task<JsonElement> PhoneAsync(string userId)
    {
        using var response = await system.Api.GetAsync(new Uri($"/v1/users/{userId}/preferences", UriKind.Relative), Cancellation);
        return (await VirtualSystem.JsonAsync(response)).GetProperty("phone");
    }

    private static async Task<IEnumerable<string>> ErrorsAsync(HttpResponseMessage response) =>
        (await BodyAsync(response)).GetProperty("errors").EnumerateObject().Select(error => error.Name);

    private static Task<JsonElement> BodyAsync(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
}
