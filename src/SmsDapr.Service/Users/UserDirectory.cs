using NodaTime;
using NodaTime.Text;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Users;

/// <summary>One document per user for what the user has set, and one per user and local date for the messages that count on it.</summary>
internal sealed class UserDirectory(IDocumentStore documents, SmsOptions options, IClock clock, IServiceProvider services) : IUserDirectory
{
    public async Task<UserPreferences> FindAsync(string userId, CancellationToken cancellation)
    {
        var stored = await documents.FindAsync<UserSettings>(UserKey(userId), cancellation);
        return Resolve(stored?.Value ?? Unknown(userId));
    }

    public string KeyOf(string userId) => UserKey(userId);

    public UserPreferences Read(string userId, DocumentSet documents) =>
        Resolve(documents.Find<UserSettings>(UserKey(userId))?.Value ?? Unknown(userId));

    public async Task<string?> FindByPhoneAsync(string e164, CancellationToken cancellation)
    {
        var claim = await documents.FindAsync<PhoneClaim>(PhoneClaim.Key(e164), cancellation);
        return claim?.Value.UserId is { } userId && (await FindAsync(userId, cancellation)).HasVerified(e164) ? userId : null;
    }

    public async Task<string?> FindTexterAsync(string e164, CancellationToken cancellation)
    {
        var claim = await documents.FindAsync<PhoneClaim>(PhoneClaim.Key(e164), cancellation);
        return (claim?.Value.UserId ?? claim?.Value.FormerUserId) is { } userId && (await FindAsync(userId, cancellation)).Phone?.Number == e164
            ? userId
            : null;
    }

    public async Task<CountedDays> FindDaysAsync(string userId, IReadOnlyList<LocalDay> days, CancellationToken cancellation)
    {
        var dates = days.Select(day => day.Date).Distinct().ToList();
        var stored = dates is [var only]
            ? await documents.FindAsync<SlotsOfDate>(DayKey(userId, only), cancellation) is { } one ? [one] : []
            : await documents.FindManyAsync<SlotsOfDate>([.. dates.Select(date => DayKey(userId, date))], cancellation);
        var found = stored.ToDictionary(document => document.Value.Date);
        return new CountedDays(Slots(days[0]), [.. days.Skip(1).Select(Slots)], found.GetValueOrDefault(days[0].Date));

        DaySlots Slots(LocalDay day) => found.GetValueOrDefault(day.Date)?.Value.In(day.Zone) ?? DaySlots.Empty(userId, day);
    }

    public async Task<bool> TryTakeSlotAsync(CountedDays days, string messageId, int limit, CancellationToken cancellation)
    {
        var (userId, day) = (days.Day.UserId, days.Day.Day);
        var stored = await documents.UpdateReadAsync(DayKey(userId, day.Date), days.Stored, Take, cancellation);
        return stored is not null && stored.In(day.Zone).Holds(messageId);

        SlotsOfDate? Take(SlotsOfDate? current)
        {
            var date = current ?? SlotsOfDate.Empty(userId, day.Date);
            var before = date.In(day.Zone);

            // Days of other zones may lie on the same date, and may have changed with it.
            var earlier = days.Earlier.Select(slots => slots.Day.Date == day.Date ? date.In(slots.Day.Zone) : slots).ToList();
            return before.Take(messageId, limit, earlier) is { } taken && taken != before ? date.With(taken) : null;
        }
    }

    public Task ReleaseSlotAsync(string userId, LocalDate date, string messageId, CancellationToken cancellation) =>
        documents.UpdateAsync<SlotsOfDate>(DayKey(userId, date), current => current?.Release(messageId), cancellation);

    /// <summary>Whether anything is stored about the user.</summary>
    public async Task<bool> IsKnownAsync(string userId, CancellationToken cancellation) =>
        await documents.FindAsync<UserSettings>(UserKey(userId), cancellation) is not null;

    /// <summary>Forgets what several of the user's local days hold.</summary>
    public Task ForgetDaysAsync(string userId, IReadOnlyList<LocalDate> dates, CancellationToken cancellation) =>
        Task.WhenAll(dates.Select(date => documents.DeleteAsync(DayKey(userId, date), cancellation)));

    public Task OptOutAsync(string userId, OptOutReason reason, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        return ChangeAsync(userId, settings => settings.OptedOut(reason, now), cancellation);
    }

    public Task OptOutNumberAsync(string userId, string? e164, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        return ChangeAsync(userId, settings => e164 is not null && settings.Phone?.Number == e164 ? settings.OptedOut(OptOutReason.Provider, now) : settings, cancellation);
    }

    public Task<UserPreferences> OptInAsync(string userId, CancellationToken cancellation) =>
        ChangeAsync(userId, settings => settings.OptedIn(), cancellation);

    public Task TakeKeywordAsync(string userId, InboundKeyword keyword, string? messageSid, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        return ChangeAsync(userId, settings => settings.WithKeyword(keyword, messageSid, now), cancellation);
    }

    /// <summary>
    /// Stores a change of one user's settings, then tells whoever depends on them: also when nothing changed, so that
    /// repeating a request completes what its first try did not get to.
    /// </summary>
    public async Task<UserPreferences> ChangeAsync(string userId, Func<UserSettings, UserSettings> change, CancellationToken cancellation)
    {
        var stored = await documents.UpdateAsync<UserSettings>(
            UserKey(userId),
            current =>
            {
                var before = current ?? Unknown(userId);
                var after = change(before);
                return after == before ? null : after;
            },
            cancellation);

        // Looked up late: listeners use the directory themselves.
        foreach (var listener in services.GetServices<IUserChangeListener>())
            await listener.UserChangedAsync(userId, cancellation);
        return Resolve(stored ?? Unknown(userId));
    }

    internal static string UserKey(string userId) => $"user-{userId}";

    private static string DayKey(string userId, LocalDate date) => $"slots-{userId}-{LocalDatePattern.Iso.Format(date)}";

    private static UserSettings Unknown(string userId) => new() { UserId = userId };

    private UserPreferences Resolve(UserSettings settings) => UserPreferences.Resolve(settings, options.UserDefaults);
}
