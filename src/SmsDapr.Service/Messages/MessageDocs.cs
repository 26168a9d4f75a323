using Microsoft.OpenApi;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Messages;

/// <summary>What the API's documentation says of the parameters and headers of messages.</summary>
internal static class MessageDocs
{
    public static RouteHandlerBuilder WithIdempotency(this RouteHandlerBuilder route) =>
        route
            .WithParameter("Idempotency-Key", "The same key and request again: 200 and the same message.", Key, "order-4711-ready")
            .WithLocation("/v1/messages/order-4711", StatusCodes.Status200OK, StatusCodes.Status202Accepted);

    public static RouteHandlerBuilder WithMessageQuery(this RouteHandlerBuilder route) =>
        route
            .WithParameter("status", "Where the messages stand; sent includes delivered.", Status, "sent")
            .WithQueryParameter("from", "Send times from this one on.", "date-time", "2026-03-08T00:00:00Z")
            .WithQueryParameter("to", "Send times before this one.", "date-time", "2026-03-09T00:00:00Z")
            .WithQueryParameter("date", "Send times of this UTC date.", "date", "2026-03-08")
            .WithParameter("limit", "Rows of the page.", Limit, MessageQuery.StandardLimit)
            .WithQueryParameter("cursor", "The nextCursor of the page before.");

    private static OpenApiSchema Key => new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = MessagesApi.MaxKeyLength };

    private static OpenApiSchema Status => new() { Type = JsonSchemaType.String, Enum = [.. MessageQuery.Words.Keys] };

    private static OpenApiSchema Limit => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int32",
        Minimum = "1",
        Maximum = $"{MessageQuery.MaxLimit}",
        Default = MessageQuery.StandardLimit,
    };
}
