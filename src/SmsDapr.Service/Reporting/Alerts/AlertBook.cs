using NodaTime;
using NodaTime.Text;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Reporting.Alerts;

/// <summary>
/// Opens and resolves alerts: at most one of a kind is open. One document holds the open ones and decides; one per day keeps what was opened on
/// it. Raising and resolving are idempotent and meant to be repeated by whoever watches, so a crash anywhere in between heals with the next time.
/// </summary>
internal sealed class AlertBook(IDocumentStore documents, AlertChannels channels, AlertOptions options, IClock clock)
{
    private const string RegisterKey = "alerts";

    /// <summary>Alerts that the document of a day keeps, and days that are remembered.</summary>
    private const int MostOfDay = 150;
    private const int MostDays = 366;

    /// <summary>Whoever opened an alert has told of it by then, or died.</summary>
    private static readonly Duration FirstNotice = Duration.FromMinutes(1);

    /// <summary>It is so now: opens the alert, or tells of the open one again when its cool-down is over.</summary>
    public async Task RaiseAsync(AlertKind kind, decimal value, decimal threshold, CancellationToken cancellation)
    {
        var rule = options.RuleOf(kind);
        if (!rule.Enabled)
            return;

        var now = clock.GetCurrentInstant();
        Alert? opened = null;
        var register = await documents.UpdateAsync<Register>(
            RegisterKey,
            current =>
            {
                opened = null;
                if (current?.Find(kind) is not null)
                    return null;
                opened = new Alert($"alert-{Guid.CreateVersion7(now.ToDateTimeOffset()):N}", kind, rule.Severity, value, threshold, now, null, [], null);
                return (current ?? Register.Empty).With(opened);
            },
            cancellation);
        if (register?.Find(kind) is { } alert && (alert.Id == opened?.Id || IsToBeTold(alert, rule, now)))
            await TellAsync(alert with { Value = value }, cancellation);
    }

    /// <summary>It is over: resolves the open alert of this kind, if there is one.</summary>
    public async Task ResolveAsync(AlertKind kind, CancellationToken cancellation)
    {
        if ((await RegisterAsync(cancellation)).Find(kind) is { } open)
            await CloseAsync(open, cancellation);
    }

    /// <summary>Resolves an alert that a person has taken care of; the resolved alert, or null when there is none with this id.</summary>
    public async Task<Alert?> ResolveAsync(string id, CancellationToken cancellation)
    {
        var alert = (await ListAsync(includeResolved: true, cancellation)).FirstOrDefault(alert => alert.Id == id);
        return alert is null or { ResolvedAt: not null } ? alert : await CloseAsync(alert, cancellation);
    }

    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<Alert>> ListAsync(bool includeResolved, CancellationToken cancellation)
    {
        var register = await RegisterAsync(cancellation);
        if (!includeResolved)
            return register.Open;

        var days = await documents.FindManyAsync<OfDay>([.. register.Days.Select(DayKey)], cancellation);
        return
        [
            .. days.SelectMany(day => day.Value.Alerts)
                .Concat(register.Open)
                .GroupBy(alert => alert.Id)
                .Select(same => same.FirstOrDefault(alert => alert.ResolvedAt is not null) ?? same.Last())
                .OrderBy(alert => alert.OpenedAt)
                .ThenBy(alert => alert.Id, StringComparer.Ordinal),
        ];
    }

    private static bool IsToBeTold(Alert alert, AlertRule rule, Instant now) =>
        alert.NotifiedAt is { } toldAt ? toldAt + rule.Cooldown <= now : alert.OpenedAt + FirstNotice <= now;

    /// <summary>Told before it is noted: after a crash it is told twice rather than never.</summary>
    private async Task TellAsync(Alert alert, CancellationToken cancellation)
    {
        await KeepAsync(alert, cancellation);
        var told = alert with { Notified = await channels.TellAsync(alert, cancellation), NotifiedAt = clock.GetCurrentInstant() };
        await documents.UpdateAsync<Register>(RegisterKey, current => current?.Replace(told), cancellation);
        await KeepAsync(told, cancellation);
    }

    /// <summary>History first: an alert that has left the register without it would be forgotten.</summary>
    private async Task<Alert> CloseAsync(Alert open, CancellationToken cancellation)
    {
        var resolved = open with { ResolvedAt = clock.GetCurrentInstant() };
        await KeepAsync(resolved, cancellation);
        await documents.UpdateAsync<Register>(RegisterKey, current => current?.Without(open.Id), cancellation);
        var told = resolved with { Notified = await channels.TellAsync(resolved, cancellation) };
        await KeepAsync(told, cancellation);
        return told;
    }

    private async Task KeepAsync(Alert alert, CancellationToken cancellation) =>
        await documents.UpdateAsync<OfDay>(
            DayKey(DayOf(alert)),
            current =>
            {
                var others = (current?.Alerts ?? []).Where(other => other.Id != alert.Id).TakeLast(MostOfDay - 1);
                var known = current?.Alerts.FirstOrDefault(other => other.Id == alert.Id);

                // A notice that comes late must not open again what was resolved meanwhile.
                return new OfDay([.. others, alert with { ResolvedAt = alert.ResolvedAt ?? known?.ResolvedAt }]);
            },
            cancellation);

    private async Task<Register> RegisterAsync(CancellationToken cancellation) =>
        (await documents.FindAsync<Register>(RegisterKey, cancellation))?.Value ?? Register.Empty;

    private static LocalDate DayOf(Alert alert) => alert.OpenedAt.InUtc().Date;

    private static string DayKey(LocalDate day) => $"alerts-{LocalDatePattern.Iso.Format(day)}";

    /// <summary>What is open, and the days on which anything was opened.</summary>
    private sealed record Register(IReadOnlyList<Alert> Open, IReadOnlyList<LocalDate> Days)
    {
        public static Register Empty { get; } = new([], []);

        public Alert? Find(AlertKind kind) => Open.FirstOrDefault(alert => alert.Kind == kind);

        public Register With(Alert alert) => new([.. Open, alert], [.. Days.Append(DayOf(alert)).Distinct().TakeLast(MostDays)]);

        public Register? Replace(Alert alert) =>
            Open.Any(open => open.Id == alert.Id) ? this with { Open = [.. Open.Select(open => open.Id == alert.Id ? alert : open)] } : null;

        public Register? Without(string id) =>
            Open.Any(open => open.Id == id) ? this with { Open = [.. Open.Where(open => open.Id != id)] } : null;
    }

    private sealed record OfDay(IReadOnlyList<Alert> Alerts);
}
