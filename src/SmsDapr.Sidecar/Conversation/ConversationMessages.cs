using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.Collections;

namespace SmsDapr.Sidecar.Conversation;

/// <summary>One message in the terms that every provider shares.</summary>
internal sealed record ChatMessage(string Role, string Text, IReadOnlyList<ConversationToolCalls> ToolCalls, string? ToolId = null, string? ToolName = null);

internal static class ConversationMessages
{
    public static IEnumerable<ChatMessage> Flatten(ConversationRequestAlpha2 request) =>
        request.Inputs.SelectMany(input => input.Messages).Select(Read);

    private static ChatMessage Read(ConversationMessage message) => message.MessageTypesCase switch
    {
        ConversationMessage.MessageTypesOneofCase.OfDeveloper => new ChatMessage("developer", Join(message.OfDeveloper.Content), []),
        ConversationMessage.MessageTypesOneofCase.OfSystem => new ChatMessage("system", Join(message.OfSystem.Content), []),
        ConversationMessage.MessageTypesOneofCase.OfAssistant => new ChatMessage("assistant", Join(message.OfAssistant.Content), message.OfAssistant.ToolCalls),
        ConversationMessage.MessageTypesOneofCase.OfTool => new ChatMessage("tool", Join(message.OfTool.Content), [], message.OfTool.ToolId, message.OfTool.Name),
        _ => new ChatMessage("user", Join(message.OfUser?.Content ?? []), []),
    };

    private static string Join(RepeatedField<ConversationMessageContent> content) => string.Join('\n', content.Select(part => part.Text));
}
