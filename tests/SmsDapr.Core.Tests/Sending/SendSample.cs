using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Sending;

/// <summary>A user whom nothing keeps from getting a message at noon.</summary>
internal static class SendSample
{
    public static QuietHours AroundNoon => new(new LocalTime(11, 0), new LocalTime(13, 0));

    public static LocalDay Today { get; } = new(new LocalDate(2026, 3, 2), "UTC");

    public static UserPreferences User => UserPreferences.Resolve(
        new UserSettings { UserId = "user-1", Phone = new UserPhone(Phone, Noon - Duration.FromDays(1)), QuietHoursSet = true },
        new UserDefaults());

    public static SendContext Context(Message message, UserPreferences? user = null) => new()
    {
        Message = message,
        User = user ?? User,
        Now = Noon,
        SendingEnabled = true,
        DefaultMaxLateness = Duration.FromHours(4),
        Day = DaySlots.Empty(User.UserId, Today),
    };
}
