using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Conversation;

public sealed class Echo(SidecarFixture sidecar) : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await sidecar.RequireAsync("echo", "conversation.echo");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task It_says_back_every_text_as_one_output()
    {
        var response = await sidecar.Grpc.ConverseAlpha2Async(Request("echo", "one", "two"), cancellationToken: Cancellation);

        var choice = response.Outputs.ShouldHaveSingleItem().Choices.ShouldHaveSingleItem();
        choice.Message.Content.ShouldBe("one\ntwo");
        choice.FinishReason.ShouldBe("stop");
    }

    [Fact]
    public async Task Http_takes_the_json_form()
    {
        var body = JsonNode.Parse("""{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"hello"}]}}]}]}""");

        var response = await sidecar.Http.PostAsJsonAsync("/v1.0-alpha2/conversation/echo/converse", body, Cancellation);

        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        answer["outputs"]![0]!["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("hello");
    }

    [Fact]
    public async Task The_first_generation_of_its_messages_is_served_too()
    {
        var body = JsonNode.Parse("""{"inputs":[{"content":"one"},{"content":"two","role":"system"}]}""");

        var response = await sidecar.Http.PostAsJsonAsync("/v1.0-alpha1/conversation/echo/converse", body, Cancellation);

        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        answer["outputs"]!.AsArray().ShouldHaveSingleItem()!["result"]!.GetValue<string>().ShouldBe("one\ntwo");
    }

    [Fact]
    public async Task An_unknown_component_is_an_invalid_argument() =>
        (await RefusalAsync(Request("nowhere", "x"))).StatusCode.ShouldBe(StatusCode.InvalidArgument);

    [Fact]
    public async Task No_inputs_are_an_invalid_argument() =>
        (await RefusalAsync(Request("echo"))).StatusCode.ShouldBe(StatusCode.InvalidArgument);

    private async Task<RpcException> RefusalAsync(ConversationRequestAlpha2 request) =>
        await Should.ThrowAsync<RpcException>(async () => await sidecar.Grpc.ConverseAlpha2Async(request, cancellationToken: Cancellation));

    private static ConversationRequestAlpha2 Request(string name, params string[] texts)
    {
        var input = new ConversationInputAlpha2();
        input.Messages.AddRange(texts.Select(text => new ConversationMessage
        {
            OfUser = new ConversationMessageOfUser { Content = { new ConversationMessageContent { Text = text } } },
        }));
        return new ConversationRequestAlpha2 { Name = name, Inputs = { input } };
    }
}
