using System.Runtime.CompilerServices;
using NodaTime;
using SmsDapr.Core.Messages;

namespace SmsDapr.Service.Messages;

/// <summary>The records of one user, through the index.</summary>
internal sealed class UserMessages(MessageIndex index, MessageRepository messages)
{
    /// <summary>Everything whose send time lies on the UTC day of an instant or next to it.</summary>
    public async Task<IReadOnlyList<Message>> AroundAsync(string userId, Instant instant, CancellationToken cancellation)
    {
        var day = MessageIndex.DayOf(instant);
        var found = new List<Message>();
        foreach (var near in new[] { day.PlusDays(-1), day, day.PlusDays(1) })
            found.AddRange(await OnDayAsync(userId, near, cancellation));
        return found;
    }

    /// <summary>The days on which a message that was handed over at an instant can be listed, the latest first.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Message>> DaysBackAsync(
        string userId, Instant handedOverAt, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (first, last) = (MessageIndex.DayOf(handedOverAt - CreateMessageRequest.LongestLateness), MessageIndex.DayOf(handedOverAt).PlusDays(1));
        foreach (var day in (await index.DaysAsync(userId, cancellation)).Reverse().Where(day => day >= first && day <= last))
            yield return await OnDayAsync(userId, day, cancellation);
    }

    /// <summary>The messages of one UTC day, ascending by send time.</summary>
    public async Task<IReadOnlyList<Message>> OnDayAsync(string userId, LocalDate day, CancellationToken cancellation)
    {
        var ids = await index.IdsAsync(userId, day, cancellation);
        var found = await messages.FindManyAsync(ids, cancellation);
        return
        [
            .. found
                .Where(message => message.UserId == userId && MessageIndex.DayOf(message.SendAt) == day)
                .OrderBy(message => message.SendAt)
                .ThenBy(message => message.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>Everyone's messages of one UTC day, ascending by send time.</summary>
    public async Task<IReadOnlyList<Message>> OfAllOnDayAsync(LocalDate day, CancellationToken cancellation)
    {
        var found = new List<Message>();
        foreach (var userId in await index.UsersAsync(day, cancellation))
            found.AddRange(await OnDayAsync(userId, day, cancellation));
        return [.. found.OrderBy(message => message.SendAt).ThenBy(message => message.Id, StringComparer.Ordinal)];
    }

    /// <summary>Everything that waits to be sent.</summary>
    public async Task<IReadOnlyList<Message>> WaitingAsync(string userId, Instant now, CancellationToken cancellation)
    {
        var waiting = new List<Message>();
        var earliest = MessageIndex.DayOf(now - CreateMessageRequest.LongestLateness).PlusDays(-1);
        foreach (var day in (await index.DaysAsync(userId, cancellation)).Where(day => day >= earliest))
            waiting.AddRange((await OnDayAsync(userId, day, cancellation)).Where(message => message.Status == MessageStatus.Scheduled));
        return waiting;
    }
}
