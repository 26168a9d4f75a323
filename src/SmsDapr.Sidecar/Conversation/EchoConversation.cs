using System.Globalization;
using Dapr.Client.Autogen.Grpc.v1;

namespace SmsDapr.Sidecar.Conversation;

/// <summary><c>conversation.echo</c>: says back what it was told, and calls every tool it was given.</summary>
internal sealed class EchoConversation : IConversation
{
    public IReadOnlyList<string> Capabilities => [];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ConversationResponseAlpha2> ConverseAsync(ConversationRequestAlpha2 request, CancellationToken cancellationToken)
    {
        var messages = ConversationMessages.Flatten(request).ToList();
        var text = string.Join('\n', messages.Select(Say));
        var message = new ConversationResultMessage { Content = text };
        message.ToolCalls.AddRange(request.Tools.Select(Call));
        message.ToolCalls.AddRange(messages.SelectMany(said => said.ToolCalls));
        var words = (ulong)text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        var output = new ConversationResultAlpha2
        {
            Choices =
            {
                new ConversationResultChoices { FinishReason = message.ToolCalls.Count > 0 ? "tool_calls" : "stop", Message = message },
            },
            Usage = new ConversationResultAlpha2CompletionUsage { PromptTokens = words, CompletionTokens = words, TotalTokens = 2 * words },
        };
        var response = new ConversationResponseAlpha2 { Outputs = { output } };
        if (request.HasContextId)
            response.ContextId = request.ContextId;
        return Task.FromResult(response);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Say(ChatMessage message) => message.Role == "tool"
        ? $"Tool Response for tool ID '{message.ToolId}' with name '{message.ToolName}': {message.Text}"
        : message.Text;

    private static ConversationToolCalls Call(ConversationTools tool, int index) => new()
    {
        Id = index.ToString(CultureInfo.InvariantCulture),
        Function = new ConversationToolCallsOfFunction { Name = tool.Function.Name, Arguments = string.Join(',', ParametersOf(tool).Order(StringComparer.Ordinal)) },
    };

    private static IEnumerable<string> ParametersOf(ConversationTools tool) =>
        tool.Function.Parameters?.Fields.GetValueOrDefault("properties")?.StructValue?.Fields.Keys ?? [];
}
