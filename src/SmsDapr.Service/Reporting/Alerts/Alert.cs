using NodaTime;

namespace SmsDapr.Service.Reporting.Alerts;

/// <summary>What an alert is about.</summary>
public enum AlertKind
{
    /// <summary>Twilio refuses the account, so nothing is sent. Value: 1 while it does; threshold: 0.</summary>
    Account,
}

/// <summary>How bad it is.</summary>
public enum AlertSeverity
{
    Warning,
    Critical,
}

/// <summary>Something that a person has to know; open until it is resolved.</summary>
/// <param name="Id">The id.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Threshold">What it went beyond.</param>
/// <param name="OpenedAt">Since when.</param>
/// <param name="ResolvedAt">Until when; null while it is open.</param>
/// <param name="Notified">Who was told last, and whether that worked.</param>
/// <param name="NotifiedAt">When they were; null when a crash came in between. Internal.</param>
internal sealed record Alert(
    string Id,
    AlertKind Kind,
    AlertSeverity Severity,
    decimal Value,
    decimal Threshold,
    Instant OpenedAt,
    Instant? ResolvedAt,
    IReadOnlyList<AlertNotice> Notified,
    Instant? NotifiedAt);

/// <summary>One channel that an alert went to.</summary>
/// <param name="Channel"><c>log</c>, or <c>alerts</c> for the output binding of that name.</param>
/// <param name="Ok">Whether it took the alert.</param>
public sealed record AlertNotice(string Channel, bool Ok);

/// <summary>An alert as callers see it.</summary>
public sealed record AlertView(
    string Id,
    AlertKind Kind,
    AlertSeverity Severity,
    decimal Value,
    decimal Threshold,
    Instant OpenedAt,
    Instant? ResolvedAt,
    IReadOnlyList<AlertNotice> Notified)
{
    internal static AlertView Of(Alert alert) =>
        new(alert.Id, alert.Kind, alert.Severity, alert.Value, alert.Threshold, alert.OpenedAt, alert.ResolvedAt, alert.Notified);
}

/// <summary>Alerts, the oldest first.</summary>
public sealed record AlertList(IReadOnlyList<AlertView> Items);
