namespace SmsDapr.Service.Hosting.Storage;

/// <summary>
/// The state store failed or did not answer in time, also after repeating. A write may or may not have been stored.
/// </summary>
public sealed class StateStoreUnavailableException(string message, Exception? inner = null) : SidecarUnavailableException(message, inner);
