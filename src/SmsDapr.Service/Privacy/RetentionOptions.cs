using NodaTime;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Privacy;

/// <summary>How long things are kept after they have ended.</summary>
public sealed record RetentionOptions
{
    /// <summary>Messages, what lists them, their day slots and workflow histories; null: for good.</summary>
    public required Duration? Messages { get; init; }

    internal static RetentionOptions Read(SettingsReader settings) => new()
    {
        Messages = settings.OptionalDuration("Messages", Duration.FromDays(1), Duration.FromDays(3653)),
    };
}
