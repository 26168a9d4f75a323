using System.Security.Cryptography;
using System.Text.Json;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Simulators;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class GoogleTokenTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_server_that_hangs_ends_by_the_time_limit()
    {
        await using var google = await GoogleAtWork.StartAsync(
            limit: limits => limits with { AttemptLimit = TimeSpan.FromMilliseconds(300), Retries = 1 });
        await google.FailAsync(new { call = "token", answer = "hang" });

        await Should.ThrowAsync<CalendarUnavailableException>(() => google.RoundAsync());
    }

    [Fact]
    public async Task A_token_server_in_trouble_is_asked_again()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "token", times = 2, status = 503 });

        await google.RoundAsync();

        (await google.CallsAsync("token")).ShouldBe(3);
    }

    [Fact]
    public async Task A_withdrawn_consent_is_refused_with_one_call()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.PutAsync("/_sim/calendar/consent", new { refreshToken = SimulatorOptions.DefaultRefreshToken, revoked = true });

        (await Should.ThrowAsync<CalendarRefusedException>(() => google.RoundAsync())).Problem.ShouldBe("invalid_grant");

        (await google.CallsAsync("token")).ShouldBe(1);
        (await google.CallsAsync("list")).ShouldBe(0);
    }

    [Fact]
    public async Task A_consent_withdrawn_while_a_token_is_good_is_found_at_the_next_call()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.RoundAsync();
        await google.PutAsync("/_sim/calendar/consent", new { refreshToken = SimulatorOptions.DefaultRefreshToken, revoked = true });

        (await Should.ThrowAsync<CalendarRefusedException>(() => google.RoundAsync())).Problem.ShouldBe("invalid_grant");

        (await google.CallsAsync("token")).ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_access_token_is_replaced_once()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.RoundAsync();
        await google.PostAsync("/_sim/calendar/expire-access-tokens");

        await google.RoundAsync();

        (await google.CallsAsync("token")).ShouldBe(2);
        (await google.CallsAsync("list")).ShouldBe(3);
    }

    [Fact]
    public async Task A_token_refused_twice_is_refused_for_good()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", status = 401, reason = "authError" });

        (await Should.ThrowAsync<CalendarRefusedException>(() => google.RoundAsync())).Problem.ShouldBe("unauthorized");

        (await google.CallsAsync("list")).ShouldBe(2);
    }

    [Fact]
    public async Task An_access_token_is_used_until_it_grows_stale_by_the_service_s_clock()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.RoundAsync();
        google.Clock.Advance(TimeSpan.FromMinutes(50));
        await google.RoundAsync();
        (await google.CallsAsync("token")).ShouldBe(1);

        // Past its hour: a few minutes before, the library would renew it beside the call instead of ahead of it.
        google.Clock.Advance(TimeSpan.FromMinutes(11));
        await google.RoundAsync();

        (await google.CallsAsync("token")).ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_refresh_token_the_service_account_acts_for_the_calendar_s_owner()
    {
        await using var google = await GoogleAtWork.StartAsync(account: Account());
        var delegated = google.Calendar with { RefreshToken = null };

        (await google.Source.ListAsync(delegated, GoogleAtWork.Week, Cancellation)).SyncToken.ShouldNotBeNull();

        await google.PutAsync("/_sim/calendar/consent", new { account = GoogleAtWork.CalendarId, revoked = true });
        await google.PostAsync("/_sim/calendar/expire-access-tokens");
        (await Should.ThrowAsync<CalendarRefusedException>(() => google.Source.ListAsync(delegated, GoogleAtWork.Week, Cancellation)))
            .Problem.ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task A_calendar_that_belongs_to_nobody_is_read_as_the_service_account_itself()
    {
        const string Group = "c_team@group.calendar.google.com";
        await using var google = await GoogleAtWork.StartAsync(account: Account());
        await google.PutAsync($"/_sim/calendar/{Group}", new { summary = "Team" });
        await google.PutAsync("/_sim/calendar/consent", new { account = Group, revoked = true });

        (await google.Source.ListAsync(new CalendarAddress("anna", Group, null), GoogleAtWork.Week, Cancellation)).SyncToken.ShouldNotBeNull();
    }

    [Fact]
    public async Task Without_any_credentials_the_calendar_is_refused_without_a_call()
    {
        await using var google = await GoogleAtWork.StartAsync();

        (await Should.ThrowAsync<CalendarRefusedException>(
            () => google.Source.ListAsync(google.Calendar with { RefreshToken = null }, GoogleAtWork.Week, Cancellation))).Problem.ShouldBe("no_refresh_token");

        (await google.CallsAsync("token")).ShouldBe(0);
    }

    private static GoogleServiceAccount Account()
    {
        using var key = RSA.Create(2048);
        return GoogleServiceAccount.Parse(JsonSerializer.Serialize(new
        {
            type = "service_account",
            client_email = "robot@project.iam.gserviceaccount.com",
            private_key_id = "k1",
            private_key = key.ExportPkcs8PrivateKeyPem(),
        }));
    }
}
