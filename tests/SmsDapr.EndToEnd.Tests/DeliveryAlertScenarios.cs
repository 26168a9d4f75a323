using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Twilio refuses the account and somebody hears of it: when it begins, while it lasts, and when it is over.</summary>
public sealed class DeliveryAlertScenarios
{
    private static readonly object AccountRefused = new { operation = "any", behaviour = new { httpStatus = 401, code = 20003 } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_that_is_refused_opens_one_alert_which_a_successful_probe_resolves()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var twilio = new Simulated(system.Process.Simulator);
        await twilio.PlanAsync(AccountRefused);
        await system.ScheduleAsync(await system.NewUserAsync(), sendAt: null);
        await system.ScheduleAsync(await system.NewUserAsync(), sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));

        var open = (await AlertsAsync(system)).ShouldHaveSingleItem();
        open.Text("kind").ShouldBe("account");
        open.Text("severity").ShouldBe("critical");
        open.Time("openedAt").ShouldBe(VirtualSystem.Start);
        open.Time("resolvedAt").ShouldBeNull();
        open.GetProperty("notified").EnumerateArray().Select(notice => notice.Text("channel")).ShouldBe(["log"]);

        await twilio.ForgetPlansAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));

        (await AlertsAsync(system)).ShouldBeEmpty();
        var over = (await AlertsAsync(system, "?state=all")).ShouldHaveSingleItem();
        over.Text("id").ShouldBe(open.Text("id"));
        over.Time("resolvedAt").ShouldNotBeNull();
        (await AlertsAsync(system, "?state=all&from=2026-03-02&to=2026-03-02")).ShouldHaveSingleItem();
        (await AlertsAsync(system, "?state=all&from=2026-03-03")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_still_fires_after_a_person_resolved_it_is_a_new_alert()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        await new Simulated(system.Process.Simulator).PlanAsync(AccountRefused);
        await system.ScheduleAsync(await system.NewUserAsync(), sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var first = (await AlertsAsync(system)).ShouldHaveSingleItem().Text("id")!;

        (await ResolveAsync(system, first)).ShouldBe(HttpStatusCode.OK);
        (await AlertsAsync(system)).ShouldBeEmpty();
        (await ResolveAsync(system, first)).ShouldBe(HttpStatusCode.OK);
        (await ResolveAsync(system, "no-such-alert")).ShouldBe(HttpStatusCode.NotFound);
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));

        (await AlertsAsync(system)).ShouldHaveSingleItem().Text("id").ShouldNotBe(first);
        (await AlertsAsync(system, "?state=all")).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("?state=closed")]
    [InlineData("?from=yesterday")]
    public async Task A_query_that_says_nothing_is_a_bad_request(string query)
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();

        using var response = await system.Api.GetAsync(new Uri($"/v1/alerts{query}", UriKind.Relative), Cancellation);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var user = system.Process.ApiAs(LocalProcess.UserKey);
        using var refused = await user.GetAsync(new Uri("/v1/alerts", UriKind.Relative), Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_output_binding_hears_of_the_beginning_again_after_an_hour_and_of_the_end()
    {
        var heard = new ConcurrentQueue<JsonElement>();
        await using var pager = await PagerAsync(heard);
        var resources = Directory.CreateTempSubdirectory("smsdapr-alerts-");
        foreach (var file in Directory.GetFiles(Path.Combine(LocalProcess.RepositoryRoot(), "components", "embedded")))
            File.Copy(file, Path.Combine(resources.FullName, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(resources.FullName, "alerts.yaml"), Binding(pager.Urls.Single()), Cancellation);

        await using (var system = VirtualSystem.WithResources(resources.FullName))
        {
            await system.InitializeAsync();
            var twilio = new Simulated(system.Process.Simulator);
            await twilio.PlanAsync(AccountRefused);
            await system.ScheduleAsync(await system.NewUserAsync(), sendAt: null);
            await system.AdvanceAsync(TimeSpan.FromMinutes(50));
            heard.ShouldHaveSingleItem().Text("kind").ShouldBe("account");
            await system.AdvanceAsync(TimeSpan.FromMinutes(30));
            heard.Count.ShouldBe(2);
            await twilio.ForgetPlansAsync();
            await system.AdvanceAsync(TimeSpan.FromMinutes(15));

            (await AlertsAsync(system, "?state=all")).ShouldHaveSingleItem().GetProperty("notified").EnumerateArray()
                .ShouldContain(notice => notice.Text("channel") == "alerts" && notice.GetProperty("ok").GetBoolean());
        }

        heard.Count.ShouldBe(3);
        heard.Select(alert => alert.Text("id")).Distinct().ShouldHaveSingleItem();
        heard.Last().Time("resolvedAt").ShouldNotBeNull();
        resources.Delete(recursive: true);
    }

    private static async Task<WebApplication> PagerAsync(ConcurrentQueue<JsonElement> heard)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var pager = builder.Build();
        pager.Urls.Add("http://127.0.0.1:0");
        pager.MapPost("/", async (HttpContext http) => heard.Enqueue(await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body, cancellationToken: http.RequestAborted)));
        await pager.StartAsync(Cancellation);
        return pager;
    }

    private static string Binding(string url) => $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: alerts
        spec:
          type: bindings.http
          version: v1
          metadata:
            - name: url
              value: {url}
        """;

    private static async Task<IReadOnlyList<JsonElement>> AlertsAsync(VirtualSystem system, string query = "") =>
        [.. (await VirtualSystem.JsonAsync(await system.Api.GetAsync(new Uri($"/v1/alerts{query}", UriKind.Relative), Cancellation))).GetProperty("items").EnumerateArray()];

    private static async Task<HttpStatusCode> ResolveAsync(VirtualSystem system, string id)
    {
        using var response = await system.Api.PostAsync(new Uri($"/v1/alerts/{id}/resolve", UriKind.Relative), null, Cancellation);
        return response.StatusCode;
    }
}
