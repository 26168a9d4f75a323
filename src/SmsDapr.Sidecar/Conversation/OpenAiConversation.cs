using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Conversation;

/// <summary><c>conversation.openai</c>: any endpoint that speaks OpenAI's chat completions.</summary>
internal sealed class OpenAiConversation : IConversation
{
    private const string DefaultEndpoint = "https://api.openai.com/v1";
    private const string DefaultModel = "gpt-5-nano";

    private static readonly string[] RefusedMetadata = ["responseCacheTTL", "cacheTTL"];
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client;
    private readonly string _model;

    public OpenAiConversation(ComponentSpec spec)
    {
        if (spec.Text("apiType") is { } apiType and not "open_ai")
            throw spec.Complain($"apiType '{apiType}' is not supported by the embedded sidecar");
        if (Array.Find(RefusedMetadata, key => spec.Text(key) is not null) is { } refused)
            throw spec.Complain($"metadata '{refused}' is not supported by the embedded sidecar");
        _model = spec.Text("model") ?? Environment.GetEnvironmentVariable("OPENAI_MODEL") ?? DefaultModel;
        var endpoint = spec.Text("endpoint") ?? DefaultEndpoint;
        if (!Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var address))
            throw spec.Complain("metadata 'endpoint' must be an address");
        _client = new HttpClient { BaseAddress = address, Timeout = Timeout };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", spec.RequiredText("key"));
    }

    public IReadOnlyList<string> Capabilities => [];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<ConversationResponseAlpha2> ConverseAsync(ConversationRequestAlpha2 request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.PostAsJsonAsync("chat/completions", ToBody(request), cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new ConversationException($"the provider answered {(int)response.StatusCode}");
            var completion = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            return ToResponse(request, completion ?? throw new ConversationException("the provider's answer is empty"));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new ConversationException($"the provider did not answer: {failure.GetType().Name}", failure);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            throw new ConversationException("the provider's answer is not a chat completion", malformed);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private JsonObject ToBody(ConversationRequestAlpha2 request)
    {
        var body = new JsonObject
        {
            ["model"] = _model,
            ["messages"] = new JsonArray([.. ConversationMessages.Flatten(request).Select(ToJson)]),
        };
        if (request.HasTemperature)
            body["temperature"] = request.Temperature;
        if (request.ResponseFormat is { } format)
            body["response_format"] = Parse(format);
        if (request.Tools.Count == 0)
            return body;
        body["tools"] = new JsonArray([.. request.Tools.Select(ToJson)]);
        if (request.HasToolChoice)
            body["tool_choice"] = ToToolChoice(request.ToolChoice);
        return body;
    }

    private static JsonObject ToJson(ChatMessage message)
    {
        var json = new JsonObject { ["role"] = message.Role, ["content"] = message.Text };
        if (message.ToolId is { } toolId)
            json["tool_call_id"] = toolId;
        if (message.ToolCalls.Count > 0)
            json["tool_calls"] = new JsonArray([.. message.ToolCalls.Select(ToJson)]);
        return json;
    }

    private static JsonObject ToJson(ConversationToolCalls call) => new()
    {
        ["id"] = call.Id,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Function.Name, ["arguments"] = call.Function.Arguments },
    };

    private static JsonObject ToJson(ConversationTools tool)
    {
        var function = new JsonObject { ["name"] = tool.Function.Name };
        if (tool.Function.HasDescription)
            function["description"] = tool.Function.Description;
        if (tool.Function.Parameters is { } parameters)
            function["parameters"] = Parse(parameters);
        return new JsonObject { ["type"] = "function", ["function"] = function };
    }

    private static JsonNode ToToolChoice(string choice) => choice is "auto" or "none" or "required"
        ? JsonValue.Create(choice)
        : new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = choice } };

    private static JsonNode? Parse(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message));

    private static ConversationResponseAlpha2 ToResponse(ConversationRequestAlpha2 request, JsonObject completion)
    {
        var output = new ConversationResultAlpha2();
        if ((string?)completion["model"] is { } model)
            output.Model = model;
        foreach (var choice in completion["choices"]?.AsArray() ?? [])
            output.Choices.Add(ToChoice(choice!));
        if (completion["usage"] is { } usage)
        {
            output.Usage = new ConversationResultAlpha2CompletionUsage
            {
                PromptTokens = (ulong?)usage["prompt_tokens"] ?? 0,
                CompletionTokens = (ulong?)usage["completion_tokens"] ?? 0,
                TotalTokens = (ulong?)usage["total_tokens"] ?? 0,
            };
        }

        var response = new ConversationResponseAlpha2 { Outputs = { output } };
        if (request.HasContextId)
            response.ContextId = request.ContextId;
        return response;
    }

    private static ConversationResultChoices ToChoice(JsonNode choice)
    {
        var message = new ConversationResultMessage { Content = (string?)choice["message"]?["content"] ?? "" };
        foreach (var call in choice["message"]?["tool_calls"]?.AsArray() ?? [])
        {
            message.ToolCalls.Add(new ConversationToolCalls
            {
                Id = (string?)call!["id"] ?? "",
                Function = new ConversationToolCallsOfFunction
                {
                    Name = (string?)call["function"]?["name"] ?? "",
                    Arguments = (string?)call["function"]?["arguments"] ?? "",
                },
            });
        }

        return new ConversationResultChoices
        {
            FinishReason = (string?)choice["finish_reason"] ?? "",
            Index = (long?)choice["index"] ?? 0,
            Message = message,
        };
    }
}
