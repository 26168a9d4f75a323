using System.Globalization;
using NodaTime;
using SmsDapr.Core;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Messages;

/// <summary>One page of messages; <paramref name="NextCursor"/> is null on the last.</summary>
public sealed record MessagePage(IReadOnlyList<MessageView> Items, string? NextCursor);

/// <summary>What a list is to hold: <paramref name="From"/> inclusive, <paramref name="To"/> exclusive, by send time.</summary>
internal sealed record MessageQuery(MessageStatus? Status, Instant? From, Instant? To, int Limit, MessageCursor? After)
{
    public const int StandardLimit = 50;
    public const int MaxLimit = 200;

    public static readonly IReadOnlyDictionary<string, MessageStatus> Words =
        Enum.GetValues<MessageStatus>().ToDictionary(value => value.ToString().ToLowerInvariant());

    public static RequestValidation TryRead(string? status, string? from, string? to, string? limit, string? cursor, out MessageQuery query)
    {
        var knownStatus = status is not null && Words.TryGetValue(status, out var word) ? word : (MessageStatus?)null;
        var after = cursor is null ? null : MessageCursor.TryParse(cursor);
        var (start, end) = (Rfc3339.Parse(from), Rfc3339.Parse(to));
        var isLimit = int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most);
        query = new MessageQuery(knownStatus, start, end, isLimit ? most : StandardLimit, after);
        return new RequestValidation()
            .Check(status is null || knownStatus is not null, "status", $"must be one of {string.Join(", ", Words.Keys)}")
            .Check(from is null || start is not null, "from", "must be an RFC 3339 time")
            .Check(to is null || end is not null, "to", "must be an RFC 3339 time")
            .Check(limit is null || (isLimit && most is >= 1 and <= MaxLimit), "limit", $"must be a number from 1 to {MaxLimit}")
            .Check(cursor is null || after is not null, "cursor", "must be the nextCursor of an earlier page");
    }

    /// <summary>Narrowed to one UTC date.</summary>
    public MessageQuery On(LocalDate date)
    {
        var day = LocalTimes.UtcDay(date);
        return this with { From = Instant.Max(From ?? day.Start, day.Start), To = Instant.Min(To ?? day.End, day.End) };
    }

    public bool MayHold(LocalDate day) =>
        (From is not { } from || day >= MessageIndex.DayOf(from))
        && (To is not { } to || day <= MessageIndex.DayOf(to))
        && (After is not { } after || day >= MessageIndex.DayOf(after.SendAt));

    public bool Holds(Message message) =>
        (From is not { } from || message.SendAt >= from)
        && (To is not { } to || message.SendAt < to)
        && (After is null || After.IsBefore(message))
        && (Status is not { } status || message.Status == status || (status == MessageStatus.Sent && message.Status == MessageStatus.Delivered));
}

/// <summary>Pages through messages day by day, reading only the days that can hold what is asked for.</summary>
internal sealed class MessageLists(MessageIndex index, UserMessages userMessages, MessageAcceptance acceptance)
{
    public async Task<MessagePage> OfUserAsync(string userId, MessageQuery query, Caller caller, CancellationToken cancellation) =>
        await PageAsync(
            await index.DaysAsync(userId, cancellation), day => userMessages.OnDayAsync(userId, day, cancellation), query, caller, cancellation);

    /// <summary>Across users. A page costs reading the whole days that it touches.</summary>
    public async Task<MessagePage> OfAllAsync(MessageQuery query, Caller caller, CancellationToken cancellation) =>
        await PageAsync(
            await index.AllDaysAsync(cancellation), day => userMessages.OfAllOnDayAsync(day, cancellation), query, caller, cancellation);

    private async Task<MessagePage> PageAsync(
        IEnumerable<LocalDate> days, Func<LocalDate, Task<IReadOnlyList<Message>>> onDay, MessageQuery query, Caller caller, CancellationToken cancellation)
    {
        var found = new List<Message>();
        foreach (var day in days.Where(query.MayHold))
        {
            foreach (var message in (await onDay(day)).Where(query.Holds))
            {
                if (await acceptance.IsVisibleAsync(message, cancellation))
                    found.Add(message);
                if (found.Count > query.Limit)
                    return Page(found, query.Limit, caller);
            }
        }

        return Page(found, query.Limit, caller);
    }

    private static MessagePage Page(List<Message> found, int limit, Caller caller)
    {
        var items = found.Take(limit).ToList();
        return new MessagePage(
            [.. items.Select(message => MessageView.RowOf(message, caller))],
            found.Count > limit ? MessageCursor.After(items[^1]).ToString() : null);
    }
}
