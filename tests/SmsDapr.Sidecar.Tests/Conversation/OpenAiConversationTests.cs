using System.Text.Json.Nodes;
using Dapr.Client.Autogen.Grpc.v1;
using Microsoft.AspNetCore.Http;
using SmsDapr.Sidecar.Conversation;

namespace SmsDapr.Sidecar.Tests.Conversation;

public sealed class OpenAiConversationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_for_a_chat_completion_and_returns_its_choice()
    {
        JsonNode? asked = null;
        await using var server = await StubServer.StartAsync(async request =>
        {
            request.Path.Value.ShouldBe("/v1/chat/completions");
            request.Headers.Authorization.ToString().ShouldBe("Bearer secret-key");
            asked = await JsonNode.ParseAsync(request.Body);
            return Results.Text(
                """{"model":"m-1","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}""",
                "application/json");
        });
        await using var conversation = Conversation(server);

        var response = await conversation.ConverseAsync(Request(), Cancellation);

        asked!["model"]!.GetValue<string>().ShouldBe("m");
        asked["messages"]!.AsArray().Select(message => message!["role"]!.GetValue<string>()).ShouldBe(["system", "user"]);
        var output = response.Outputs.ShouldHaveSingleItem();
        output.Choices.Single().Message.Content.ShouldBe("hi");
        output.Usage.TotalTokens.ShouldBe(4UL);
        output.Model.ShouldBe("m-1");
    }

    [Theory]
    [InlineData(401, "{}")]
    [InlineData(200, "not json")]
    [InlineData(200, """{"choices":"none"}""")]
    public async Task A_provider_that_fails_is_reported_without_any_text(int status, string body)
    {
        await using var server = await StubServer.StartAsync(_ => Task.FromResult(Results.Text(body, "application/json", statusCode: status)));
        await using var conversation = Conversation(server);

        var failure = await Should.ThrowAsync<ConversationException>(() => conversation.ConverseAsync(Request(), Cancellation));

        failure.Message.ShouldNotContain("Be brief");
    }

    private static OpenAiConversation Conversation(StubServer server) =>
        new(Specs.Of("conversation.openai", ("key", "secret-key"), ("model", "m"), ("endpoint", $"{server.Url}/v1")));

    private static ConversationRequestAlpha2 Request() => new()
    {
        Inputs =
        {
            new ConversationInputAlpha2
            {
                Messages =
                {
                    new ConversationMessage { OfSystem = new ConversationMessageOfSystem { Content = { new ConversationMessageContent { Text = "Be brief" } } } },
                    new ConversationMessage { OfUser = new ConversationMessageOfUser { Content = { new ConversationMessageContent { Text = "Hello" } } } },
                },
            },
        },
    };
}
