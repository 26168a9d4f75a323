namespace SmsDapr.Service.Hosting.Storage;

/// <summary>Which of several documents an id is kept in.</summary>
internal static class Spread
{
    /// <summary>0 up to <paramref name="documents"/>, by FNV-1a: the same in every process, unlike string.GetHashCode.</summary>
    public static int Of(string id, int documents)
    {
        var hash = 2166136261u;
        foreach (var character in id)
            hash = (hash ^ character) * 16777619;
        return (int)(hash % (uint)documents);
    }
}
