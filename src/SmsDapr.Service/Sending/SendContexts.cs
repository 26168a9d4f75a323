using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Sending;

/// <summary>What was read for the rules.</summary>
/// <param name="Context">As the rules need it.</param>
/// <param name="Days">The days that count against the limit, as they were read.</param>
/// <param name="Event">What is stored of the message's event; null without one, and when the message has ended.</param>
internal sealed record ReadContext(SendContext Context, CountedDays Days, KnownEvent? Event)
{
    /// <summary>The same with the event as it was seen now.</summary>
    public SendContext Seen(EventSight sight, Instant now) =>
        (Context with { Now = now }) with { Event = sight.StandingOf(Context.Message, now) };
}

/// <summary>
/// Reads what the rules look at besides the message: its user, calendar and event in one read, then the user's day, which depends on the user's zone.
/// </summary>
internal sealed class SendContexts(IDocumentStore documents, MessageRepository messages, IUserDirectory users, SmsOptions options, IClock clock)
{
    public async Task<ReadContext> ReadAsync(Message message, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var (user, known) = await UserAndEventAsync(message, cancellation);
        var days = await users.FindDaysAsync(message.UserId, SendContext.DaysOf(message, user, now), cancellation);
        var context = new SendContext
        {
            Message = message,
            User = user,
            Now = now,
            SendingEnabled = options.SendingEnabled,
            DefaultMaxLateness = options.MaxLateness,
            Day = await InOrderAsync(message, user, days, cancellation),
            EarlierDays = days.Earlier,
            Event = EventStandings.AtEndOf(message),
        };
        var read = new ReadContext(context, days, known);
        return known is null ? read : read with { Context = read.Seen(known.Sight, now) };
    }

    private async Task<(UserPreferences User, KnownEvent? Event)> UserAndEventAsync(Message message, CancellationToken cancellation)
    {
        if (message.Event is null || message.IsFinal)
            return (await users.FindAsync(message.UserId, cancellation), null);
        var read = await documents.FindAllAsync([users.KeyOf(message.UserId), .. EventLookup.KeysOf(message)], cancellation);
        return (users.Read(message.UserId, read), EventLookup.Read(message, read));
    }

    /// <summary>
    /// Only after the limit was lowered do more messages hold slots than it allows. Then what went out, or is on its way, comes before what
    /// took its slot earlier and still waits.
    /// </summary>
    private async Task<DaySlots> InOrderAsync(Message message, UserPreferences user, CountedDays days, CancellationToken cancellation)
    {
        if (message.EverAccepted || !days.Day.Holds(message.Id) || days.Count <= user.DailyLimit)
            return days.Day;
        var later = days.Day.MessageIds.SkipWhile(id => id != message.Id).Skip(1).ToList();
        var found = await messages.FindManyAsync(later, cancellation);
        return days.Day.Ahead(found.Where(other => other.EverAccepted || other.Status == MessageStatus.Sending).Select(other => other.Id).ToHashSet());
    }
}
