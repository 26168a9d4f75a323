using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>The workflow part of daprd's HTTP API.</summary>
public sealed class HttpApiTests
{
    private static readonly Script Echoes = new()
    {
        Workflow = history => history.Raised("go") is [var payload] ? [Do.Complete(payload)] : [],
        CustomStatus = _ => "waiting",
    };

    [Theory]
    [InlineData("v1.0")]
    [InlineData("v1.0-alpha1")]
    [InlineData("v1.0-beta1")]
    public async Task Workflow_can_be_started_nudged_and_read(string version)
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Echoes);

        var started = await PostAsync(host, $"{version}/workflows/dapr/echo/start?instanceID=one", "the input");
        (started.StatusCode, await IdOf(started)).ShouldBe((HttpStatusCode.Accepted, "one"));
        (await PostAsync(host, $"{version}/workflows/dapr/one/raiseEvent/go", "payload")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await host.Hub.CompletionAsync("one");

        var state = await host.Http.GetFromJsonAsync<JsonElement>($"{version}/workflows/dapr/one", TestContext.Current.CancellationToken);
        state.GetProperty("instanceID").GetString().ShouldBe("one");
        state.GetProperty("workflowName").GetString().ShouldBe("echo");
        state.GetProperty("runtimeStatus").GetString().ShouldBe("COMPLETED");
        state.GetProperty("createdAt").GetDateTime().ShouldBe(EngineHost.Noon.UtcDateTime);
        var properties = state.GetProperty("properties");
        properties.GetProperty("dapr.workflow.input").GetString().ShouldBe("the input");
        properties.GetProperty("dapr.workflow.output").GetString().ShouldBe("payload");
        properties.GetProperty("dapr.workflow.custom_status").GetString().ShouldBe("waiting");
    }

    [Fact]
    public async Task Start_does_not_wait_for_a_worker()
    {
        await using var host = await EngineHost.StartAsync();

        var started = await PostAsync(host, "v1.0/workflows/dapr/echo/start");

        Guid.TryParse(await IdOf(started), out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Workflow_can_be_paused_resumed_terminated_and_purged()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Echoes);
        await PostAsync(host, "v1.0/workflows/dapr/echo/start?instanceID=one");

        foreach (var (verb, status) in ((string, string)[])[("pause", "SUSPENDED"), ("resume", "RUNNING"), ("terminate", "TERMINATED")])
        {
            (await PostAsync(host, $"v1.0/workflows/dapr/one/{verb}")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
            await host.Work.IdleAsync();
            (await host.Http.GetFromJsonAsync<JsonElement>("v1.0/workflows/dapr/one", TestContext.Current.CancellationToken))
                .GetProperty("runtimeStatus").GetString().ShouldBe(status);
        }

        (await PostAsync(host, "v1.0/workflows/dapr/one/purge")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await host.Hub.GetAsync("one")).Exists.ShouldBeFalse();
    }

    [Theory]
    [InlineData("terminate", 404, "ERR_INSTANCE_ID_NOT_FOUND")]
    [InlineData("purge", 404, "ERR_INSTANCE_ID_NOT_FOUND")]
    [InlineData("pause", 500, "ERR_PAUSE_WORKFLOW")]
    [InlineData("resume", 500, "ERR_RESUME_WORKFLOW")]
    [InlineData("raiseEvent/go", 500, "ERR_RAISE_EVENT_WORKFLOW")]
    public async Task Missing_instance_is_refused_with_daprds_code(string verb, int status, string code)
    {
        await using var host = await EngineHost.StartAsync();

        var refused = await PostAsync(host, $"v1.0/workflows/dapr/nobody/{verb}");

        ((int)refused.StatusCode, await CodeOf(refused)).ShouldBe((status, code));
    }

    [Fact]
    public async Task Get_of_a_missing_instance_is_not_found()
    {
        await using var host = await EngineHost.StartAsync();

        var refused = await host.Http.GetAsync(new Uri("v1.0/workflows/dapr/nobody", UriKind.Relative), TestContext.Current.CancellationToken);

        (refused.StatusCode, await CodeOf(refused)).ShouldBe((HttpStatusCode.NotFound, "ERR_INSTANCE_ID_NOT_FOUND"));
    }

    [Theory]
    [InlineData("not%20valid", "ERR_INSTANCE_ID_INVALID")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789g1234", "ERR_INSTANCE_ID_TOO_LONG")]
    public async Task Start_with_a_bad_id_is_a_bad_request(string id, string code)
    {
        await using var host = await EngineHost.StartAsync();

        var refused = await PostAsync(host, $"v1.0/workflows/dapr/echo/start?instanceID={id}");

        (refused.StatusCode, await CodeOf(refused)).ShouldBe((HttpStatusCode.BadRequest, code));
    }

    [Fact]
    public async Task Start_of_a_running_id_is_an_error_not_a_conflict()
    {
        await using var host = await EngineHost.StartAsync();
        await PostAsync(host, "v1.0/workflows/dapr/echo/start?instanceID=one");

        var refused = await PostAsync(host, "v1.0/workflows/dapr/echo/start?instanceID=one");

        (refused.StatusCode, await CodeOf(refused)).ShouldBe((HttpStatusCode.InternalServerError, "ERR_START_WORKFLOW"));
    }

    private static Task<HttpResponseMessage> PostAsync(EngineHost host, string path, string? body = null) =>
        host.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body ?? ""), TestContext.Current.CancellationToken);

    private static async Task<string?> IdOf(HttpResponseMessage answer) => (await BodyOf(answer)).GetProperty("instanceID").GetString();

    private static async Task<string?> CodeOf(HttpResponseMessage answer) => (await BodyOf(answer)).GetProperty("errorCode").GetString();

    private static Task<JsonElement> BodyOf(HttpResponseMessage answer) =>
        answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
}
