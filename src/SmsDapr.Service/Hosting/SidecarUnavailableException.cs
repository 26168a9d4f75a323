namespace SmsDapr.Service.Hosting;

/// <summary>The sidecar, or what stands behind it, does not answer. Requests end in 503 and may be repeated.</summary>
public abstract class SidecarUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
