using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Users;

/// <summary>What other features need to know and do about users.</summary>
internal interface IUserDirectory
{
    /// <summary>The user's preferences; an unknown user has the defaults.</summary>
    Task<UserPreferences> FindAsync(string userId, CancellationToken cancellation);

    /// <summary>The key of the document that <see cref="Read"/> needs.</summary>
    string KeyOf(string userId);

    /// <summary>The user's preferences out of what was read together.</summary>
    UserPreferences Read(string userId, DocumentSet documents);

    /// <summary>The user whose verified number this is; null when nobody's.</summary>
    Task<string?> FindByPhoneAsync(string e164, CancellationToken cancellation);

    /// <summary>The user who texts from this number: the one who has it, verified or with its verification taken back; null when nobody is known.</summary>
    Task<string?> FindTexterAsync(string e164, CancellationToken cancellation);

    /// <summary>What the user's local day holds, and the days of zones that the user left.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="days">The day first.</param>
    /// <param name="cancellation">Ends the reading.</param>
    Task<CountedDays> FindDaysAsync(string userId, IReadOnlyList<LocalDay> days, CancellationToken cancellation);

    /// <summary>
    /// Takes a slot of the day for a message, at most once per message; false when the limit is reached, also by what the
    /// earlier days hold. What was read is only a beginning: the compare-and-set of the day decides.
    /// </summary>
    Task<bool> TryTakeSlotAsync(CountedDays days, string messageId, int limit, CancellationToken cancellation);

    /// <summary>Gives a message's slot of a date back, whatever zone the user spent it in; nothing happens when it holds none.</summary>
    Task ReleaseSlotAsync(string userId, LocalDate date, string messageId, CancellationToken cancellation);

    /// <summary>Opts the user out and tells the listeners, so that what is pending is cancelled.</summary>
    Task OptOutAsync(string userId, OptOutReason reason, CancellationToken cancellation);

    /// <summary>
    /// The same for what the provider says of a number: nothing when the user has another one by now, or none. The provider says it again of
    /// whatever is sent to it.
    /// </summary>
    Task OptOutNumberAsync(string userId, string? e164, CancellationToken cancellation);

    /// <summary>Opts the user in again and tells the listeners.</summary>
    Task<UserPreferences> OptInAsync(string userId, CancellationToken cancellation);

    /// <summary>Opts out or in as an inbound keyword asks, at most once per inbound text as far as it has an id, and tells the listeners.</summary>
    Task TakeKeywordAsync(string userId, InboundKeyword keyword, string? messageSid, CancellationToken cancellation);
}

/// <summary>The days that count against a user's limit, as they were read.</summary>
/// <param name="Day">The user's local day.</param>
/// <param name="Earlier">Days of zones that the user left.</param>
/// <param name="Stored">What is stored of the date of <paramref name="Day"/>; null when nothing is yet.</param>
internal sealed record CountedDays(DaySlots Day, IReadOnlyList<DaySlots> Earlier, Document<SlotsOfDate>? Stored)
{
    /// <summary>How many messages count.</summary>
    public int Count => Day.CountWith(Earlier);
}

/// <summary>Hears of changes of a user after they are stored, before the caller gets the answer.</summary>
internal interface IUserChangeListener
{
    /// <summary>Opted out, opted in, or preferences or phone changed. Runs again after a failure, so it is idempotent.</summary>
    Task UserChangedAsync(string userId, CancellationToken cancellation);
}
