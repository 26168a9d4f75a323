namespace SmsDapr.Bench.Running;

/// <summary>Where this repository lies; the programs find their component files from its root.</summary>
internal static class Repository
{
    private const string Solution = "SmsDapr.sln";

    public static string Root { get; } = Find();

    public static string Components => Path.Combine(Root, "components", "embedded");

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, Solution)))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException($"{Solution} was not found above the program.");
    }
}
