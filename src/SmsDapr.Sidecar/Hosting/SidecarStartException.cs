namespace SmsDapr.Sidecar.Hosting;

/// <summary>Why the sidecar cannot start, in one line for the person who started it.</summary>
public sealed class SidecarStartException : Exception
{
    public SidecarStartException()
    {
    }

    public SidecarStartException(string message)
        : base(message)
    {
    }

    public SidecarStartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
