using System.Globalization;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows.Dispatch;

/// <summary>
/// The completion token of an activity names it for good, so that a result counts whichever run it comes from, also one from before
/// a restart, and a straggler of an earlier generation counts for nothing.
/// </summary>
internal static class ActivityToken
{
    public static string Format(ActivityKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.Instance}.{key.Generation}.{key.TaskId}");

    public static ActivityKey? Parse(string token)
    {
        Span<Range> parts = stackalloc Range[4];
        var text = token.AsSpan();
        return text.Split(parts, '.') == 3
            && long.TryParse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var instance)
            && int.TryParse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            && int.TryParse(text[parts[2]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var task)
            ? new ActivityKey(instance, generation, task)
            : null;
    }
}
