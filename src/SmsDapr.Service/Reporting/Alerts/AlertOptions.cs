using NodaTime;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Reporting.Alerts;

/// <summary>Which alerts there are and how often they are repeated.</summary>
internal sealed record AlertOptions
{
    public required AlertRule Account { get; init; }

    public AlertRule RuleOf(AlertKind kind) => kind switch
    {
        AlertKind.Account => Account,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of alert."),
    };

    internal static AlertOptions Read(SettingsReader settings) => new()
    {
        Account = new AlertRule(
            AlertSeverity.Critical,
            settings.Flag("Account:Enabled", true),
            settings.Duration("Account:Cooldown", Duration.FromMinutes(60), Duration.FromMinutes(1), Duration.FromDays(7))),
    };
}

/// <summary>How one kind of alert is handled.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Enabled">Off: it is neither opened nor told.</param>
/// <param name="Cooldown">An alert that is still firing is told again after this.</param>
internal sealed record AlertRule(AlertSeverity Severity, bool Enabled, Duration Cooldown);
