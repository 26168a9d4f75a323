using Grpc.Core;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>The engine refuses a call; code and text are what a client of daprd sees.</summary>
internal sealed class WorkflowException(StatusCode code, string message) : Exception(message)
{
    public const string NoSuchInstance = "no such instance exists";

    public StatusCode Code { get; } = code;

    /// <summary>daprd's engine errors carry no code of their own and arrive as Unknown.</summary>
    public static WorkflowException Missing() => new(StatusCode.Unknown, NoSuchInstance);

    public bool IsMissing => Message == NoSuchInstance;
}
