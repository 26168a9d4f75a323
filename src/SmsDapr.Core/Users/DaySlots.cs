using NodaTime;

namespace SmsDapr.Core.Users;

/// <summary>The messages that count for one user on one local date. A set, so that taking twice takes once.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Date">The user's local date.</param>
/// <param name="MessageIds">The messages that hold a slot, in the order in which they took it.</param>
public sealed record DaySlots(string UserId, LocalDate Date, IReadOnlyList<string> MessageIds)
{
    /// <summary>A day on which nothing was taken.</summary>
    public static DaySlots Empty(string userId, LocalDate date) => new(userId, date, []);

    /// <summary>Whether a message holds a slot.</summary>
    public bool Holds(string messageId) => MessageIds.Contains(messageId);

    /// <summary>Whether a message holds a slot or could take one, when other days count too.</summary>
    public bool HasRoomFor(string messageId, int limit, params IReadOnlyList<DaySlots> alsoCounting) =>
        Holds(messageId) || MessageIds.Concat(alsoCounting.SelectMany(day => day.MessageIds)).Where(id => id != messageId).Distinct().Count() < limit;

    /// <summary>The day with a slot for a message: the same instance when it already holds one, null when the limit is reached.</summary>
    public DaySlots? Take(string messageId, int limit, params IReadOnlyList<DaySlots> alsoCounting)
    {
        if (Holds(messageId))
            return this;
        return HasRoomFor(messageId, limit, alsoCounting) ? this with { MessageIds = [.. MessageIds, messageId] } : null;
    }

    /// <summary>The day without a slot for a message: the same instance when it holds none.</summary>
    public DaySlots Release(string messageId) =>
        Holds(messageId) ? this with { MessageIds = [.. MessageIds.Where(id => id != messageId)] } : this;
}
