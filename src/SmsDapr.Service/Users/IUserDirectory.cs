using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Users;

namespace SmsDapr.Service.Users;

/// <summary>What other features need to know and do about users.</summary>
internal interface IUserDirectory
{
    /// <summary>The user's preferences; an unknown user has the defaults.</summary>
    Task<UserPreferences> FindAsync(string userId, CancellationToken cancellation);

    /// <summary>The user whose verified number this is; null when nobody's.</summary>
    Task<string?> FindByPhoneAsync(string e164, CancellationToken cancellation);

    /// <summary>What the user's local day holds.</summary>
    Task<DaySlots> FindDayAsync(string userId, LocalDate date, CancellationToken cancellation);

    /// <summary>What several of the user's local days hold, in their order.</summary>
    Task<IReadOnlyList<DaySlots>> FindDaysAsync(string userId, IReadOnlyList<LocalDate> dates, CancellationToken cancellation);

    /// <summary>
    /// Takes a slot of the first date for a message, at most once per message; false when the limit is reached, also by what the
    /// other dates hold.
    /// </summary>
    Task<bool> TryTakeSlotAsync(string userId, IReadOnlyList<LocalDate> dates, string messageId, int limit, CancellationToken cancellation);

    /// <summary>Gives a message's slot back; nothing happens when it holds none.</summary>
    Task ReleaseSlotAsync(string userId, LocalDate date, string messageId, CancellationToken cancellation);

    /// <summary>Opts the user out and tells the listeners, so that what is pending is cancelled.</summary>
    Task OptOutAsync(string userId, OptOutReason reason, CancellationToken cancellation);

    /// <summary>Opts the user in again and tells the listeners.</summary>
    Task<UserPreferences> OptInAsync(string userId, CancellationToken cancellation);

    /// <summary>Opts out or in as an inbound keyword asks, at most once per inbound text, and tells the listeners.</summary>
    Task TakeKeywordAsync(string userId, InboundKeyword keyword, string messageSid, CancellationToken cancellation);
}

/// <summary>Hears of changes of a user after they are stored, before the caller gets the answer.</summary>
internal interface IUserChangeListener
{
    /// <summary>Opted out, opted in, or preferences or phone changed. Runs again after a failure, so it is idempotent.</summary>
    Task UserChangedAsync(string userId, CancellationToken cancellation);
}
