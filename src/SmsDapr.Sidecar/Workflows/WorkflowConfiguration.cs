using System.Globalization;
using Dapr.DurableTask.Protobuf;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>How many may run at a time, in all and of single names; null: any number.</summary>
internal sealed record ConcurrencyLimits(int? Overall, IReadOnlyDictionary<string, int> ByName)
{
    public static ConcurrencyLimits None { get; } = new(null, new Dictionary<string, int>());
}

/// <summary>How long the state of a finished instance is kept; null: for ever.</summary>
internal sealed record StateRetention(TimeSpan? AnyTerminal, TimeSpan? Completed, TimeSpan? Failed, TimeSpan? Terminated)
{
    public TimeSpan? Of(OrchestrationStatus status) => status switch
    {
        OrchestrationStatus.Completed => Completed,
        OrchestrationStatus.Failed => Failed,
        OrchestrationStatus.Terminated => Terminated,
        _ => null,
    } ?? AnyTerminal;
}

/// <summary>The <c>spec.workflow</c> of Dapr's Configuration files. What daprd's scheduler limits over all replicas is limited here too: there is one.</summary>
internal sealed record WorkflowConfiguration
{
    public ConcurrencyLimits Workflows { get; init; } = ConcurrencyLimits.None;

    public ConcurrencyLimits Activities { get; init; } = ConcurrencyLimits.None;

    public StateRetention Retention { get; init; } = new(null, null, null, null);

    /// <summary>Later files override what earlier ones say under the same key.</summary>
    public static WorkflowConfiguration Read(IEnumerable<string> files) =>
        files.SelectMany(YamlDocuments.ReadFile)
            .Where(document => document.Text("kind") == "Configuration")
            .Select(document => document.Map("spec")?.Map("workflow"))
            .OfType<YamlMap>()
            .Aggregate(new WorkflowConfiguration(), Override);

    private static WorkflowConfiguration Override(WorkflowConfiguration earlier, YamlMap spec) => new()
    {
        Workflows = Limits(earlier.Workflows, spec, "WorkflowInvocations", "workflowConcurrencyLimits"),
        Activities = Limits(earlier.Activities, spec, "ActivityInvocations", "activityConcurrencyLimits"),
        Retention = spec.Map("stateRetentionPolicy") is { } policy
            ? new StateRetention(Duration(policy, "anyTerminal"), Duration(policy, "completed"), Duration(policy, "failed"), Duration(policy, "terminated"))
            : earlier.Retention,
    };

    private static ConcurrencyLimits Limits(ConcurrencyLimits earlier, YamlMap spec, string what, string named)
    {
        // An overall limit of 0 is none, as when it is left out.
        var overall = new[] { Count(spec, $"maxConcurrent{what}"), Count(spec, $"globalMaxConcurrent{what}") }.Where(limit => limit > 0).Min();
        var names = spec.Maps(named).ToDictionary(
            limit => limit.RequiredText("name"),
            limit => Count(limit, "maxConcurrent") is > 0 and { } count ? count : throw limit.Complain("maxConcurrent", "expected a number above 0"),
            StringComparer.Ordinal);
        return new ConcurrencyLimits(overall ?? earlier.Overall, names.Count > 0 ? names : earlier.ByName);
    }

    private static int? Count(YamlMap map, string name)
    {
        if (map.Text(name) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw map.Complain(name, "expected a number");
    }

    private static TimeSpan? Duration(YamlMap map, string name)
    {
        if (map.Text(name) is not { } text)
            return null;
        return GoDuration.TryParse(text, out var duration) ? duration : throw map.Complain(name, $"'{text}' is not a duration");
    }
}
