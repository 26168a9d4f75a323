using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.Conversation;

/// <summary>The deprecated messages, which are a part of the newer ones: texts with a role in, the first choice of each output out.</summary>
internal sealed class FirstGeneration(ConversationApi conversations) : IDaprApi<FirstGeneration>
{
    public static void Bind(DaprMethods<FirstGeneration> methods) => methods.Unary<ConversationRequest, ConversationResponse>(
        "ConverseAlpha1", (api, request, call) => api.ConverseAsync(request, call.CancellationToken));

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1.0-alpha1/conversation/{name}/converse", async (string name, FirstGeneration api, HttpRequest http, CancellationToken cancellationToken) =>
        {
            var request = await ConversationApi.ReadAsync<ConversationRequest>(http, cancellationToken);
            request.Name = name;
            return TypedResults.Text(JsonFormatter.Default.Format(await api.ConverseAsync(request, cancellationToken)), "application/json");
        });

    private async Task<ConversationResponse> ConverseAsync(ConversationRequest request, CancellationToken cancellationToken) =>
        ToResponse(request, await conversations.ConverseAsync(ToSecond(request), cancellationToken));

    private static ConversationRequestAlpha2 ToSecond(ConversationRequest request)
    {
        var second = new ConversationRequestAlpha2 { Name = request.Name, ScrubPii = request.ScrubPII };
        if (request.HasContextID)
            second.ContextId = request.ContextID;
        if (request.HasTemperature)
            second.Temperature = request.Temperature;
        second.Metadata.Add(request.Metadata);
        second.Inputs.AddRange(request.Inputs.Select(ToSecond));
        return second;
    }

    private static ConversationResponse ToResponse(ConversationRequest request, ConversationResponseAlpha2 second)
    {
        var response = new ConversationResponse();
        if (!string.IsNullOrEmpty(request.ContextID))
            response.ContextID = request.ContextID;
        foreach (var output in second.Outputs)
        {
            var result = new ConversationResult { Result = output.Choices.FirstOrDefault()?.Message?.Content ?? "" };
            result.Parameters.Add(request.Parameters);
            response.Outputs.Add(result);
        }

        return response;
    }

    private static ConversationInputAlpha2 ToSecond(ConversationInput input)
    {
        var text = new ConversationMessageContent { Text = input.Content };
        var message = input.Role switch
        {
            "system" => new ConversationMessage { OfSystem = new ConversationMessageOfSystem { Content = { text } } },
            "assistant" or "ai" => new ConversationMessage { OfAssistant = new ConversationMessageOfAssistant { Content = { text } } },
            _ => new ConversationMessage { OfUser = new ConversationMessageOfUser { Content = { text } } },
        };
        return new ConversationInputAlpha2 { Messages = { message }, ScrubPii = input.ScrubPII };
    }
}
