using SmsDapr.Service.Hosting.Storage;

namespace SmsDapr.Service.Hosting;

/// <summary>Documents of several kinds that were read together, each in its own version.</summary>
public sealed class DocumentSet
{
    private readonly Dictionary<string, StoredState> _stored;

    internal DocumentSet(Dictionary<string, StoredState> stored) => _stored = stored;

    /// <summary>The document under one of the keys that were read; null when there is none.</summary>
    public Document<T>? Find<T>(string key)
        where T : class =>
        _stored.TryGetValue(key, out var found) ? new Document<T>(StampedJson.Read<T>(found.Data), found.ETag) : null;
}
