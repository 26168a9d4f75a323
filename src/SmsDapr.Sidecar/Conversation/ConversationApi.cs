using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Conversation;

/// <summary>Conversation over gRPC and HTTP.</summary>
internal sealed class ConversationApi(ComponentRegistry components) : IDaprApi<ConversationApi>
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static void Bind(DaprMethods<ConversationApi> methods) => methods.Unary<ConversationRequestAlpha2, ConversationResponseAlpha2>(
        "ConverseAlpha2", (api, request, call) => api.ConverseAsync(request, call.CancellationToken));

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1.0-alpha2/conversation/{name}/converse", async (string name, ConversationApi api, HttpRequest http, CancellationToken cancellationToken) =>
        {
            var request = await ReadAsync<ConversationRequestAlpha2>(http, cancellationToken);
            request.Name = name;
            return TypedResults.Text(JsonFormatter.Default.Format(await api.ConverseAsync(request, cancellationToken)), "application/json");
        });

    public async Task<ConversationResponseAlpha2> ConverseAsync(ConversationRequestAlpha2 request, CancellationToken cancellationToken)
    {
        if (!components.TryFind<IConversation>(request.Name, out _, out var conversation))
            throw Refuse("ERR_CONVERSATION_NOT_FOUND", $"failed finding conversation component {request.Name}");
        if (!request.Inputs.SelectMany(input => input.Messages).Any())
            throw Refuse("ERR_CONVERSATION_MISSING_INPUTS", $"failed conversing with component {request.Name}: missing inputs in request");
        // Text that should have been scrubbed must not leave the machine because an emulator looked away.
        if (request.ScrubPii || request.Inputs.Any(input => input.ScrubPii))
            throw Refuse("ERR_CONVERSATION_INVALID_PARMS", "scrubPII is not supported by the embedded sidecar");
        try
        {
            return await conversation.ConverseAsync(request, cancellationToken);
        }
        catch (ConversationException failure)
        {
            throw new DaprErrorException(
                StatusCode.Internal, StatusCodes.Status500InternalServerError, "ERR_CONVERSATION_INVOKE",
                $"failed conversing with component {request.Name}: {failure.Message}");
        }
    }

    public static async Task<TRequest> ReadAsync<TRequest>(HttpRequest http, CancellationToken cancellationToken)
        where TRequest : IMessage, new()
    {
        using var reader = new StreamReader(http.Body);
        try
        {
            return Parser.Parse<TRequest>(await reader.ReadToEndAsync(cancellationToken));
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw JsonBody.Malformed("not a conversation request");
        }
    }

    private static DaprErrorException Refuse(string code, string message) =>
        new(StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, code, message);
}
