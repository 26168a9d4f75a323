using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Sending;
using SmsDapr.Service.Planning;
using SmsDapr.Service.Tests.Sending;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Planning;

public sealed class DayForecastTests : WithGuard
{
    [Fact]
    public async Task Reminder_thatAnotherPlannerWasQuickerWith_isForeseenOnce()
    {
        await CreateAsync("m");
        var its = new CalendarEvent
        {
            Id = "event-1",
            CalendarId = "primary",
            Title = "Dentist",
            Start = Now + Duration.FromMinutes(30),
            End = Now + Duration.FromMinutes(60),
        };
        var planned = new PlannedReminder("m", Now, its, ReminderFacts.Of(its, joinLink: null, Now, DateTimeZone.Utc, "en"));
        var user = await Service.Services.GetRequiredService<IUserDirectory>().FindAsync(User, Cancellation);

        var expected = await Service.Services.GetRequiredService<DayForecast>().OfAsync(user, [planned], Cancellation);

        expected.ShouldHaveSingleItem().Value.Outcome.ShouldBe(SendOutcome.WillSend);
    }
}
