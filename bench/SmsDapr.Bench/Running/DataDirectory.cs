namespace SmsDapr.Bench.Running;

/// <summary>An empty directory for the length of one measurement, on the disk that the repository is on.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateDirectory(
        System.IO.Path.Combine(Repository.Root, ".data", "bench", Guid.NewGuid().ToString("N"))).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
