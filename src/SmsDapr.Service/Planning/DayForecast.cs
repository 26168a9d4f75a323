using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Planning;

/// <summary>What the send rules will make of reminders that are only planned, beside all that waits for the user already.</summary>
internal sealed class DayForecast(UserMessages userMessages, IUserDirectory users, SmsOptions options, IClock clock)
{
    /// <summary>By message id; changes nothing.</summary>
    public async Task<IReadOnlyDictionary<string, ExpectedMessage>> OfAsync(
        UserPreferences user, IEnumerable<PlannedReminder> planned, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var messages = planned.Select(reminder => Planned(reminder, user, now)).ToList();
        if (messages.Count == 0)
            return new Dictionary<string, ExpectedMessage>();

        // Another planner may have been quicker with some of them.
        var ids = messages.Select(message => message.Id).ToHashSet();
        messages.AddRange((await userMessages.WaitingAsync(user.UserId, now, cancellation)).Where(message => ids.Add(message.Id)));
        var days = await users.FindDaysAsync(user.UserId, [.. messages.SelectMany(message => DaysOf(message, user, now)).Distinct()], cancellation);
        return new ReminderForecast(user, now, options.SendingEnabled, options.MaxLateness)
            .With([days.Day, .. days.Earlier])
            .Of(messages)
            .ToDictionary(expected => expected.Message.Id);
    }

    private Message Planned(PlannedReminder reminder, UserPreferences user, Instant now) =>
        MessageLifecycle.Create(reminder.ToMessage(user.UserId, ReminderTemplate.Compose(reminder.Facts), options.MaxSendAttempts), now);

    // Quiet hours defer into the next day at the latest.
    private static IEnumerable<LocalDay> DaysOf(Message message, UserPreferences user, Instant now) =>
        SendContext.DaysOf(message, user, now).Append(LocalDay.Of(Instant.Max(now, message.DueAt) + Duration.FromDays(1), user.Zone));
}
