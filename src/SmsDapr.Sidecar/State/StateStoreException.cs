namespace SmsDapr.Sidecar.State;

/// <summary>A store could not do what it was asked, for reasons of its own.</summary>
internal sealed class StateStoreException(string message, Exception? cause = null) : Exception(message, cause);
