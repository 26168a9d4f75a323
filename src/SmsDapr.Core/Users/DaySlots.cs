namespace SmsDapr.Core.Users;

/// <summary>The messages that count for one user on one local day. A set, so that taking twice takes once.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Day">The user's local day.</param>
/// <param name="MessageIds">The messages that hold a slot, in the order in which they took it.</param>
public sealed record DaySlots(string UserId, LocalDay Day, IReadOnlyList<string> MessageIds)
{
    /// <summary>A day on which nothing was taken.</summary>
    public static DaySlots Empty(string userId, LocalDay day) => new(userId, day, []);

    /// <summary>Whether a message holds a slot.</summary>
    public bool Holds(string messageId) => MessageIds.Contains(messageId);

    /// <summary>How many messages count when other days count too; each once, on however many days it stands.</summary>
    public int CountWith(IReadOnlyList<DaySlots> alsoCounting) => CountOnce(MessageIds, except: null, alsoCounting);

    /// <summary>
    /// Whether a message has, or could take, one of the first <paramref name="limit"/> slots, when other days count too. One that took a slot
    /// beyond a limit that was lowered since has none: what was taken before it comes first.
    /// </summary>
    public bool HasRoomFor(string messageId, int limit, params IReadOnlyList<DaySlots> alsoCounting)
    {
        var before = MessageIds.TakeWhile(id => id != messageId).ToList();
        return before.Count + alsoCounting.Sum(day => day.MessageIds.Count) < limit || CountOnce(before, messageId, alsoCounting) < limit;
    }

    /// <summary>The day with some of its messages ahead of the others, as if they had taken their slots first.</summary>
    public DaySlots Ahead(IReadOnlySet<string> messageIds) =>
        this with { MessageIds = [.. MessageIds.Where(messageIds.Contains), .. MessageIds.Where(id => !messageIds.Contains(id))] };

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

    // Costly for large days, and needed near the limit only.
    private static int CountOnce(IReadOnlyList<string> ids, string? except, IReadOnlyList<DaySlots> alsoCounting)
    {
        if (alsoCounting.Count == 0)
            return ids.Count;
        var counted = new HashSet<string>(ids.Count + alsoCounting.Sum(day => day.MessageIds.Count));
        counted.UnionWith(ids);
        foreach (var day in alsoCounting)
            counted.UnionWith(day.MessageIds);
        if (except is not null)
            counted.Remove(except);
        return counted.Count;
    }
}
