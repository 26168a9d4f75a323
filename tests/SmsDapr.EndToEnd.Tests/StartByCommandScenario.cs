using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What a new user does first: the README's command, and Ctrl+C.</summary>
public sealed partial class StartByCommandScenario
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task The_readme_s_command_delivers_the_demo_text_and_Ctrl_C_stops_it_cleanly_and_keeps_what_is_scheduled()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        await using var local = new LocalProcess();

        await local.StartByCommandAsync(limit.Token);
        await SaysAsync(local, "is delivered", limit.Token);
        using var created = await local.Api.PostAsJsonAsync(
            "/v1/messages", new { userId = "demo", body = "Later", sendAt = "2035-01-01T12:00:00Z", id = "later" }, limit.Token);
        created.EnsureSuccessStatusCode();
        var before = local.Output;
        var code = await local.InterruptAsync(limit.Token);

        code.ShouldBe(0);
        StackTrace().IsMatch(local.Output).ShouldBeFalse(local.Output);
        Problem().IsMatch(local.Output[before.Length..]).ShouldBeFalse(local.Output);

        await local.StartAsync(clock: null, limit.Token);
        var kept = await local.Api.GetFromJsonAsync<JsonElement>("/v1/messages/later", limit.Token);
        kept.GetProperty("status").GetString().ShouldBe("scheduled");
    }

    [GeneratedRegex("^ +at |Unhandled|Exception:", RegexOptions.Multiline)]
    private static partial Regex StackTrace();

    // What the service logs, and what its neighbours do. Before the stop a machine under load may have something to warn of.
    [GeneratedRegex("^([0-9:.]+ (WRN|ERR|FTL)|(warn|fail|crit):)", RegexOptions.Multiline)]
    private static partial Regex Problem();

    private static async Task SaysAsync(LocalProcess local, string words, CancellationToken cancellation)
    {
        using var glance = new PeriodicTimer(Glance);
        while (!local.Output.Contains(words, StringComparison.Ordinal))
            await glance.WaitForNextTickAsync(cancellation);
    }
}
