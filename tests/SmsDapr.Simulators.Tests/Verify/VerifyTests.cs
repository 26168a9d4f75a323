using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Verify;

public sealed class VerifyTests
{
    private const string Service = "/v2/Services/VA0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Start_and_check_with_the_documented_code_approves()
    {
        await using var simulator = await Simulator.StartAsync();

        using var started = await StartAsync(simulator);
        using var wrong = await CheckAsync(simulator, "000000");
        using var right = await CheckAsync(simulator, SimulatorOptions.DefaultVerificationCode);

        var verification = await Simulator.JsonAsync(started, 201);
        verification.GetProperty("sid").GetString()!.ShouldMatch("^VE[0-9a-f]{32}$");
        verification.GetProperty("status").GetString().ShouldBe("pending");
        verification.GetProperty("date_created").GetString().ShouldBe("2026-11-23T09:00:00Z");
        var refused = await Simulator.JsonAsync(wrong, 200);
        refused.GetProperty("status").GetString().ShouldBe("pending");
        refused.GetProperty("valid").GetBoolean().ShouldBeFalse();
        var approved = await Simulator.JsonAsync(right, 200);
        approved.GetProperty("status").GetString().ShouldBe("approved");
        approved.GetProperty("valid").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Check_has_nothing_to_check_before_a_start_after_approval_or_after_10_minutes()
    {
        await using var simulator = await Simulator.StartAsync();
        using var before = await CheckAsync(simulator, "123456");
        using var first = await StartAsync(simulator);
        using var approved = await CheckAsync(simulator, "123456");
        using var again = await CheckAsync(simulator, "123456");
        using var second = await StartAsync(simulator);
        simulator.Clock.Advance(TimeSpan.FromMinutes(10));
        using var late = await CheckAsync(simulator, "123456");

        await Simulator.ShouldRefuseAsync(before, 404, 20404);
        await Simulator.ShouldRefuseAsync(again, 404, 20404);
        ((int)second.StatusCode).ShouldBe(201);
        await Simulator.ShouldRefuseAsync(late, 404, 20404);
    }

    [Fact]
    public async Task The_sixth_start_and_the_sixth_check_are_a_429()
    {
        await using var simulator = await Simulator.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            using var started = await StartAsync(simulator);
            ((int)started.StatusCode).ShouldBe(201);
            using var check = await CheckAsync(simulator, "000000");
            ((int)check.StatusCode).ShouldBe(200);
        }

        using var sixthStart = await StartAsync(simulator);
        using var sixthCheck = await CheckAsync(simulator, "123456");

        await Simulator.ShouldRefuseAsync(sixthStart, 429, 60203);
        await Simulator.ShouldRefuseAsync(sixthCheck, 429, 60202);
    }

    [Fact]
    public async Task A_verification_can_be_fetched_canceled_and_checked_by_its_sid()
    {
        await using var simulator = await Simulator.StartAsync();
        using var started = await StartAsync(simulator);
        var sid = (await Simulator.JsonAsync(started, 201)).GetProperty("sid").GetString()!;

        (await simulator.GetAsync($"{Service}/Verifications/{sid}")).GetProperty("status").GetString().ShouldBe("pending");
        using var bySid = await simulator.PostAsync($"{Service}/VerificationCheck", ("VerificationSid", sid), ("Code", "0000"));
        using var canceled = await simulator.PostAsync($"{Service}/Verifications/{sid}", ("Status", "canceled"));
        using var check = await CheckAsync(simulator, "123456");

        (await Simulator.JsonAsync(bySid, 200)).GetProperty("sid").GetString().ShouldBe(sid);
        (await Simulator.JsonAsync(canceled, 200)).GetProperty("status").GetString().ShouldBe("canceled");
        await Simulator.ShouldRefuseAsync(check, 404, 20404);
    }

    [Theory]
    [InlineData("+1234", "sms")]
    [InlineData(Simulator.To, "pigeon")]
    public async Task Start_with_a_bad_parameter_is_a_400(string to, string channel)
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.PostAsync($"{Service}/Verifications", ("To", to), ("Channel", channel));

        await Simulator.ShouldRefuseAsync(answer, 400, 60200);
    }

    [Fact]
    public async Task Verify_asks_for_the_credentials_of_the_account()
    {
        await using var simulator = await Simulator.StartAsync();
        simulator.Client.DefaultRequestHeaders.Authorization = null;

        using var answer = await StartAsync(simulator);

        await Simulator.ShouldRefuseAsync(answer, 401, 20003);
    }

    private static Task<HttpResponseMessage> StartAsync(Simulator simulator) =>
        simulator.PostAsync($"{Service}/Verifications", ("To", Simulator.To), ("Channel", "sms"));

    private static Task<HttpResponseMessage> CheckAsync(Simulator simulator, string code) =>
        simulator.PostAsync($"{Service}/VerificationCheck", ("To", Simulator.To), ("Code", code));
}
