namespace SmsDapr.Service.Hosting;

/// <summary>A stored document and the ETag that a compare-and-set of it needs.</summary>
public sealed record Document<T>(T Value, string ETag)
    where T : class;

/// <summary>
/// JSON documents in the Dapr state store, changed by compare-and-set only. A write whose answer was lost is read back
/// before it is judged, so <c>true</c> always means stored and <c>false</c> always means that someone else was first.
/// </summary>
public interface IDocumentStore
{
    /// <summary>The document, or null when there is none.</summary>
    Task<Document<T>?> FindAsync<T>(string key, CancellationToken cancellation)
        where T : class;

    /// <summary>Documents in the order of <paramref name="keys"/>; missing ones are left out.</summary>
    Task<IReadOnlyList<Document<T>>> FindManyAsync<T>(IReadOnlyList<string> keys, CancellationToken cancellation)
        where T : class;

    /// <summary>Documents of several kinds in one read.</summary>
    Task<DocumentSet> FindAllAsync(IReadOnlyList<string> keys, CancellationToken cancellation);

    /// <summary>Stores a document that does not exist yet; false when it does.</summary>
    Task<bool> TryCreateAsync<T>(string key, T value, CancellationToken cancellation)
        where T : class;

    /// <summary>Replaces the version with this ETag; false when another version is stored by now.</summary>
    Task<bool> TryReplaceAsync<T>(string key, T value, string etag, CancellationToken cancellation)
        where T : class;

    /// <summary>
    /// Reads, changes and stores until it succeeds. <paramref name="change"/> gets null for a missing document, may run
    /// several times, and returns null to leave things as they are. Answers what is stored in the end.
    /// </summary>
    Task<T?> UpdateAsync<T>(string key, Func<T?, T?> change, CancellationToken cancellation)
        where T : class;

    /// <summary>
    /// The same, beginning with a version that was just read, or with null for a document that was just missing, in place of a read.
    /// Whoever finds it outdated reads after all.
    /// </summary>
    Task<T?> UpdateReadAsync<T>(string key, Document<T>? read, Func<T?, T?> change, CancellationToken cancellation)
        where T : class =>
        UpdateAsync(key, change, cancellation);

    /// <summary>Deletes the version with this ETag; false when another version is stored by now.</summary>
    Task<bool> TryDeleteAsync(string key, string etag, CancellationToken cancellation);

    /// <summary>Deletes whatever is there.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);
}
