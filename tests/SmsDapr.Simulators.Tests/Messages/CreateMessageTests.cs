using System.Globalization;
using System.Text;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Messages;

public sealed class CreateMessageTests
{
    [Theory]
    [InlineData("true", '\'', "1")]
    [InlineData("false", '’', "2")]
    public async Task Create_with_smart_encoding_shows_and_counts_what_is_sent(string smartEncoded, char apostrophe, string segments)
    {
        await using var simulator = await Simulator.StartAsync();
        var text = new string('a', 100);

        using var answer = await simulator.PostAsync(
            simulator.Messages, [("To", Simulator.To), ("From", Simulator.From), ("Body", $"It’s {text}"), ("SmartEncoded", smartEncoded)]);

        var message = await Simulator.JsonAsync(answer, 201);
        message.GetProperty("body").GetString().ShouldBe($"It{apostrophe}s {text}");
        message.GetProperty("num_segments").GetString().ShouldBe(segments);
    }

    [Fact]
    public async Task Create_answers_201_with_every_field_in_Twilios_types()
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.SendAsync(body: "Grüße 👋");

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.Headers.GetValues("Twilio-Request-Id").Single().ShouldMatch("^RQ[0-9a-f]{32}$");
        var message = await Simulator.JsonAsync(answer, 201);
        var sid = message.GetProperty("sid").GetString()!;
        var path = $"/2010-04-01/Accounts/{simulator.Options.AccountSid}/Messages/{sid}";
        sid.ShouldMatch("^SM[0-9a-f]{32}$");
        message.GetProperty("body").GetString().ShouldBe("Grüße 👋");
        message.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.GetRawText()).ShouldBe(
            new Dictionary<string, string>
            {
                ["account_sid"] = $"\"{simulator.Options.AccountSid}\"",
                ["api_version"] = "\"2010-04-01\"",
                ["body"] = message.GetProperty("body").GetRawText(),
                ["date_created"] = "\"Mon, 23 Nov 2026 09:00:00 +0000\"",
                ["date_sent"] = "null",
                ["date_updated"] = "\"Mon, 23 Nov 2026 09:00:00 +0000\"",
                ["direction"] = "\"outbound-api\"",
                ["error_code"] = "null",
                ["error_message"] = "null",
                ["from"] = "\"+15005550006\"",
                ["messaging_service_sid"] = "null",
                ["num_media"] = "\"0\"",
                ["num_segments"] = "\"1\"",
                ["price"] = "null",
                ["price_unit"] = "\"USD\"",
                ["sid"] = $"\"{sid}\"",
                ["status"] = "\"queued\"",
                ["subresource_uris"] = $"{{\"media\":\"{path}/Media.json\"}}",
                ["to"] = "\"+12025550147\"",
                ["uri"] = $"\"{path}.json\"",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Create_through_a_service_is_accepted_without_sender_or_segments()
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.SendByServiceAsync();

        var message = await Simulator.JsonAsync(answer, 201);
        message.GetProperty("status").GetString().ShouldBe("accepted");
        message.GetProperty("from").GetString().ShouldBeNull();
        message.GetProperty("num_segments").GetString().ShouldBe("0");
        message.GetProperty("messaging_service_sid").GetString().ShouldBe(Simulator.Service);
    }

    [Theory]
    [InlineData("To=+1234", 21211)]
    [InlineData("To=nonsense", 21211)]
    [InlineData("To=12025550147", 21211)]
    [InlineData("To=", 21604)]
    [InlineData("Body=", 21602)]
    [InlineData("From=", 21603)]
    [InlineData("From=+15005550001", 21212)]
    [InlineData("From=+1999", 21212)]
    [InlineData("From=AnAlphaSenderTooLong", 21212)]
    [InlineData("From=+15005550007", 21606)]
    [InlineData("From=+12025550147", 21266)]
    [InlineData("StatusCallback=nonsense", 21609)]
    [InlineData("StatusCallback=ftp://host/x", 21609)]
    [InlineData("StatusCallback=https://a_b.example.org/x", 21609)]
    [InlineData("ValidityPeriod=0", 21624)]
    [InlineData("ValidityPeriod=36001", 21624)]
    [InlineData("ValidityPeriod=PT4H", 21624)]
    [InlineData("MessagingServiceSid=MG123", 21705)]
    [InlineData("ScheduleType=fixed", 35118)]
    [InlineData("ScheduleType=sometime", 35126)]
    public async Task Create_with_a_bad_parameter_is_refused_with_its_code(string parameter, int code)
    {
        await using var simulator = await Simulator.StartAsync();
        var form = new Dictionary<string, string> { ["To"] = Simulator.To, ["From"] = Simulator.From, ["Body"] = "Hi" };
        var parts = parameter.Split('=', 2);
        form[parts[0]] = parts[1];

        using var answer = await simulator.PostAsync(simulator.Messages, [.. form.Select(pair => (pair.Key, pair.Value))]);

        await Simulator.ShouldRefuseAsync(answer, 400, code);
        var request = (await simulator.ItemsAsync("/_sim/requests")).ShouldHaveSingleItem();
        request.GetProperty("code").GetInt32().ShouldBe(code);
        request.GetProperty("sid").GetString().ShouldBeNull();
    }

    [Fact]
    public async Task Create_with_a_full_sender_queue_is_a_429()
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.PostAsync(simulator.Messages, ("To", Simulator.To), ("From", "+15005550008"), ("Body", "Hi"));

        await Simulator.ShouldRefuseAsync(answer, 429, 21611);
    }

    [Theory]
    [InlineData(1600, 201)]
    [InlineData(1601, 400)]
    public async Task Create_takes_1600_characters_and_no_more(int length, int status)
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.SendAsync(body: new string('a', length));

        ((int)answer.StatusCode).ShouldBe(status);
        if (status == 400)
            await Simulator.ShouldRefuseAsync(answer, 400, 21617);
    }

    [Fact]
    public async Task Create_with_a_JSON_body_misses_To()
    {
        await using var simulator = await Simulator.StartAsync();
        using var json = new StringContent("""{"To":"+12025550147"}""", Encoding.UTF8, "application/json");

        using var answer = await simulator.Client.PostAsync(simulator.Messages, json, TestContext.Current.CancellationToken);

        await Simulator.ShouldRefuseAsync(answer, 400, 21604);
    }

    [Fact]
    public async Task Create_takes_punctuation_and_answers_E164()
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.SendAsync(to: "+1 (202) 555-0147");

        (await Simulator.JsonAsync(answer, 201)).GetProperty("to").GetString().ShouldBe(Simulator.To);
    }

    [Theory]
    [InlineData("SendAt", 35111)]
    [InlineData("2026-11-23 12:00", 35114)]
    [InlineData("2026-11-23T09:14:59Z", 35115)]
    [InlineData("2026-12-28T09:00:01Z", 35115)]
    [InlineData("2026-11-23T09:15:00Z", null)]
    [InlineData("2026-12-28T09:00:00Z", null)]
    public async Task Create_schedules_between_15_minutes_and_35_days_ahead(string sendAt, int? code)
    {
        await using var simulator = await Simulator.StartAsync();
        (string, string)[] schedule = sendAt == "SendAt"
            ? [("ScheduleType", "fixed")]
            : [("ScheduleType", "fixed"), ("SendAt", sendAt)];

        using var answer = await simulator.SendByServiceAsync(more: schedule);

        if (code is { } expected)
            await Simulator.ShouldRefuseAsync(answer, 400, expected);
        else
            (await Simulator.JsonAsync(answer, 201)).GetProperty("status").GetString().ShouldBe("scheduled");
    }

    [Fact]
    public async Task Wrong_credentials_are_a_401_and_seen_as_a_request()
    {
        await using var simulator = await Simulator.StartAsync();
        simulator.Client.DefaultRequestHeaders.Authorization = Simulator.Basic(simulator.Options.AccountSid, "wrong");

        using var answer = await simulator.SendAsync();

        answer.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic");
        await Simulator.ShouldRefuseAsync(answer, 401, 20003);
        (await simulator.ItemsAsync("/_sim/requests")).Single().GetProperty("httpStatus").GetInt32().ShouldBe(401);
    }

    [Fact]
    public async Task An_API_key_opens_the_account()
    {
        await using var simulator = await Simulator.StartAsync(new SimulatorOptions { ApiKeySid = "SK01", ApiKeySecret = "sesame" });
        simulator.Client.DefaultRequestHeaders.Authorization = Simulator.Basic("SK01", "sesame");

        using var answer = await simulator.SendAsync();

        ((int)answer.StatusCode).ShouldBe(201);
    }

    [Fact]
    public async Task Another_account_is_not_found()
    {
        await using var simulator = await Simulator.StartAsync();
        var other = simulator.Messages.Replace("5090", "5091", StringComparison.Ordinal);

        using var posted = await simulator.PostAsync(other, ("To", Simulator.To), ("From", Simulator.From), ("Body", "Hi"));
        using var listed = await simulator.Client.GetAsync(other, TestContext.Current.CancellationToken);

        await Simulator.ShouldRefuseAsync(posted, 404, 20404);
        await Simulator.ShouldRefuseAsync(listed, 404, 20404);
    }

    [Fact]
    public async Task Test_credentials_check_but_keep_and_send_nothing()
    {
        await using var simulator = await Simulator.StartAsync();
        var options = simulator.Options;
        var account = simulator.Client.DefaultRequestHeaders.Authorization;
        simulator.Client.DefaultRequestHeaders.Authorization = Simulator.Basic(options.TestAccountSid, options.TestAuthToken);
        var path = $"/2010-04-01/Accounts/{options.TestAccountSid}/Messages.json";

        using var accepted = await simulator.PostAsync(path, ("To", Simulator.To), ("From", Simulator.From), ("Body", "Hi"));
        using var refused = await simulator.PostAsync(path, ("To", Simulator.To), ("From", "+12025550199"), ("Body", "Hi"));
        using var listed = await simulator.Client.GetAsync(path, TestContext.Current.CancellationToken);

        ((int)accepted.StatusCode).ShouldBe(201);
        await Simulator.ShouldRefuseAsync(refused, 400, 21606);
        await Simulator.ShouldRefuseAsync(listed, 403, 20008);
        simulator.Clock.Advance(TimeSpan.FromSeconds(5));
        simulator.Client.DefaultRequestHeaders.Authorization = account;
        (await simulator.TextsAsync()).ShouldBeEmpty();
        (await simulator.GetAsync(simulator.Messages)).GetProperty("messages").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Dates_are_the_clocks_and_in_GMT()
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync();

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        var sent = (await simulator.FetchAsync(sid)).GetProperty("date_sent").GetString()!;
        sent.ShouldBe("Mon, 23 Nov 2026 09:00:01 +0000");
        DateTimeOffset.Parse(sent, CultureInfo.InvariantCulture).ShouldBe(simulator.Clock.GetUtcNow());
    }
}
