namespace SmsDapr.Service.Hosting.Options;

/// <summary>The configuration cannot be run with; each problem names its key and never repeats a secret.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> problems)
    : Exception("The configuration is wrong. " + string.Join(" ", problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
