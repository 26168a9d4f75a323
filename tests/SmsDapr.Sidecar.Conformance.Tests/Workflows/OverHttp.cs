using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Dapr.Workflow;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class OverHttp(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    private const string Workflows = "/v1.0/workflows/dapr";

    [Theory]
    [InlineData("v1.0")]
    [InlineData("v1.0-alpha1")]
    [InlineData("v1.0-beta1")]
    public async Task Start_is_202_with_the_id_and_get_shows_the_rest(string version)
    {
        var started = await PostAsync($"/{version}/workflows/dapr/greeting/start?instanceID={Id}", "\"Ada\"");

        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await started.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["instanceID"]!.GetValue<string>().ShouldBe(Id);
        await EndAsync();
        var state = (await Sidecar.Http.GetFromJsonAsync<JsonObject>($"/{version}/workflows/dapr/{Id}", Cancellation))!;
        state["instanceID"]!.GetValue<string>().ShouldBe(Id);
        state["workflowName"]!.GetValue<string>().ShouldBe("greeting");
        state["runtimeStatus"]!.GetValue<string>().ShouldBe("COMPLETED");
        state["properties"]!["dapr.workflow.input"]!.GetValue<string>().ShouldBe("\"Ada\"");
        state["properties"]!["dapr.workflow.output"]!.GetValue<string>().ShouldBe("\"hello Ada\"");
    }

    [Fact]
    public async Task Raise_pause_resume_terminate_and_purge_are_202()
    {
        await StartAsync("steps");

        (await PostAsync($"{Workflows}/{Id}/pause")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await StateAsync(state => state.RuntimeStatus == WorkflowRuntimeStatus.Suspended);
        (await PostAsync($"{Workflows}/{Id}/resume")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await StateAsync(state => state.RuntimeStatus == WorkflowRuntimeStatus.Running);
        (await PostAsync($"{Workflows}/{Id}/raiseEvent/go", "\"x\"")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await StateAsync(state => state.ReadCustomStatusAs<string>() == "going");
        (await PostAsync($"{Workflows}/{Id}/terminate")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await EndAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
        (await PostAsync($"{Workflows}/{Id}/purge")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await StateAsync()).Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_failure_shows_in_the_properties()
    {
        await StartAsync("throw", "broken");
        await EndAsync();

        var state = (await Sidecar.Http.GetFromJsonAsync<JsonObject>($"{Workflows}/{Id}", Cancellation))!;

        state["runtimeStatus"]!.GetValue<string>().ShouldBe("FAILED");
        state["properties"]!["dapr.workflow.failure.error_message"]!.GetValue<string>().ShouldBe("broken");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/terminate")]
    [InlineData("POST", "/purge")]
    public async Task A_missing_instance_is_404(string method, string action)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{Workflows}/{Id}{action}");

        var response = await Sidecar.Http.SendAsync(request, Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ErrorCodeAsync(response)).ShouldBe("ERR_INSTANCE_ID_NOT_FOUND");
    }

    [Fact]
    public async Task An_id_in_use_is_500()
    {
        await StartAsync("wait-for-go");

        var response = await PostAsync($"{Workflows}/echo/start?instanceID={Id}");

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await ErrorCodeAsync(response)).ShouldBe("ERR_START_WORKFLOW");
        await Client.TerminateWorkflowAsync(Id, cancellation: Cancellation);
    }

    [Theory]
    [InlineData("with%20space", "ERR_INSTANCE_ID_INVALID")]
    [InlineData("a-name-that-goes-on-and-on-and-on-and-on-until-it-is-longer-than-64-characters", "ERR_INSTANCE_ID_TOO_LONG")]
    public async Task A_malformed_id_is_400(string id, string errorCode)
    {
        var response = await PostAsync($"{Workflows}/echo/start?instanceID={id}");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ErrorCodeAsync(response)).ShouldBe(errorCode);
    }

    [Fact]
    public async Task Raising_to_a_missing_instance_is_500()
    {
        var response = await PostAsync($"{Workflows}/{Id}/raiseEvent/go");

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await ErrorCodeAsync(response)).ShouldBe("ERR_RAISE_EVENT_WORKFLOW");
    }

    private Task<HttpResponseMessage> PostAsync(string path, string json = "") =>
        Sidecar.Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Cancellation);

    private static async Task<string?> ErrorCodeAsync(HttpResponseMessage response) =>
        (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["errorCode"];
}
