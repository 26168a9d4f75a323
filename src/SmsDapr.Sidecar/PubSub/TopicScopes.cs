using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Which topics an application may use, from the component's metadata.</summary>
internal sealed class TopicScopes
{
    private readonly HashSet<string>? _allowed;
    private readonly HashSet<string> _protected;
    private readonly HashSet<string>? _publishing;
    private readonly HashSet<string>? _subscription;

    public TopicScopes(ComponentSpec spec, string appId)
    {
        var allowed = Split(spec.Text("allowedTopics") ?? "", ',');
        _allowed = allowed.Count > 0 ? allowed : null;
        _protected = Split(spec.Text("protectedTopics") ?? "", ',');
        _publishing = Scope(spec.Text("publishingScopes"), appId);
        _subscription = Scope(spec.Text("subscriptionScopes"), appId);
    }

    public bool MayPublish(string topic) => May(_publishing, topic);

    public bool MaySubscribe(string topic) => May(_subscription, topic);

    private bool May(HashSet<string>? scope, string topic)
    {
        if (_allowed is not null && !_allowed.Contains(topic) && !_protected.Contains(topic))
            return false;
        return scope is null ? !_protected.Contains(topic) : scope.Contains(topic);
    }

    // "app1=t1,t2;app2=": an application that is not named is not restricted.
    private static HashSet<string>? Scope(string? text, string appId)
    {
        foreach (var entry in Split(text ?? "", ';'))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0 && entry[..equals].Trim() == appId)
                return Split(entry[(equals + 1)..], ',');
        }

        return null;
    }

    private static HashSet<string> Split(string text, char separator) =>
        [.. text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
