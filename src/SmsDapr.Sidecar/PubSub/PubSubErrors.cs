using Grpc.Core;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>daprd's answers to what goes wrong with publishing and subscribing.</summary>
internal static class PubSubErrors
{
    public const string PublishCode = "ERR_PUBSUB_PUBLISH_MESSAGE";

    private const string ResourceType = "pubsub";

    public static DaprErrorException NotConfigured() => new(
        StatusCode.FailedPrecondition, StatusCodes.Status400BadRequest, "ERR_PUBSUB_NOT_CONFIGURED",
        "pubsub is not configured", "DAPR_PUBSUB_NOT_CONFIGURED");

    public static DaprErrorException NotFound(string name) => new(
        StatusCode.InvalidArgument, StatusCodes.Status404NotFound, "ERR_PUBSUB_NOT_FOUND",
        $"pubsub {name} is not found", "DAPR_PUBSUB_NOT_FOUND", (ResourceType, name));

    public static DaprErrorException NameEmpty() => new(
        StatusCode.InvalidArgument, StatusCodes.Status404NotFound, "ERR_PUBSUB_EMPTY", "pubsub name is empty", "DAPR_PUBSUB_NAME_EMPTY");

    public static DaprErrorException TopicEmpty(string name) => new(
        StatusCode.InvalidArgument, StatusCodes.Status404NotFound, "ERR_TOPIC_NAME_EMPTY",
        $"topic is empty in pubsub {name}", "DAPR_PUBSUB_TOPIC_NAME_EMPTY", (ResourceType, name));

    public static DaprErrorException Forbidden(string name, string topic, string appId) => new(
        StatusCode.PermissionDenied, StatusCodes.Status403Forbidden, "ERR_PUBSUB_FORBIDDEN",
        $"topic {topic} is not allowed for app id {appId}", "DAPR_PUBSUB_FORBIDDEN", (ResourceType, name));

    public static DaprErrorException Malformed(string name) => new(
        StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "ERR_PUBSUB_CLOUD_EVENTS_SER",
        $"cannot create cloudevent for pubsub {name}: the data is not a JSON cloudevent", "DAPR_PUBSUB_CLOUD_EVENTS_SER", (ResourceType, name));

    public static DaprErrorException EntryIds(string name) => new(
        StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "ERR_PUBSUB_EVENTS_SER",
        $"error when marshalling events for pubsub {name}: entryId is duplicated or not present for entry", "DAPR_PUBSUB_EVENTS_SER", (ResourceType, name));

    public static DaprErrorException PublishFailed(string name, string topic, string problem) => new(
        StatusCode.Internal, StatusCodes.Status500InternalServerError, PublishCode,
        $"error when publishing to topic {topic} in pubsub {name}: {problem}", "DAPR_PUBSUB_PUBLISH_MESSAGE", (ResourceType, name));
}
