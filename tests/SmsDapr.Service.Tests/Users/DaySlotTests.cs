using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Users;

public sealed class DaySlotTests(RunningService service)
{
    private static readonly LocalDay Today = new(new LocalDate(2026, 3, 8), "UTC");

    private readonly IUserDirectory _users = service.Services.GetRequiredService<IUserDirectory>();
    private readonly string _userId = $"u-{Guid.NewGuid()}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Slots_takenByManyAtOnce_stopAtTheLimit()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 50).Select(index => TakeAsync($"m{index}", limit: 10)));

        taken.Count(slot => slot).ShouldBe(10);
        (await _users.FindDaysAsync(_userId, [Today], Cancellation)).Day.MessageIds.Count.ShouldBe(10);
    }

    [Fact]
    public async Task Slot_takenTwiceByOneMessage_countsOnce()
    {
        (await TakeAsync("m1", limit: 1)).ShouldBeTrue();
        (await TakeAsync("m1", limit: 1)).ShouldBeTrue();
        (await TakeAsync("m2", limit: 1)).ShouldBeFalse();
    }

    [Fact]
    public async Task Slot_givenBack_isFreeAgain()
    {
        await TakeAsync("m1", limit: 1);
        await _users.ReleaseSlotAsync(_userId, Today.Date, "m1", Cancellation);
        await _users.ReleaseSlotAsync(_userId, Today.Date, "m1", Cancellation);

        (await TakeAsync("m2", limit: 1)).ShouldBeTrue();
    }

    [Fact]
    public async Task LimitOfZero_givesNoSlot() => (await TakeAsync("m1", limit: 0)).ShouldBeFalse();

    [Fact]
    public async Task Today_countsTheSlotsOfTheUsersOwnDate()
    {
        await service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, $"/v1/users/{_userId}/preferences", new { timeZone = "Pacific/Auckland" });
        await TakeAsync("m1", limit: 10, new LocalDay(Today.Date, "Pacific/Auckland"));
        await TakeAsync("m2", limit: 10, new LocalDay(Today.Date.PlusDays(1), "Pacific/Auckland"));
        await TakeAsync("m3", limit: 10, new LocalDay(Today.Date.PlusDays(1), "Pacific/Auckland"));

        var (_, body) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{_userId}/preferences");

        body["today"]!.ToJsonString().ShouldBe("""{"date":"2026-03-09","sent":2,"limit":10}""");
    }

    [Fact]
    public async Task Today_countsWhatAZoneThatWasLeftHolds()
    {
        await TakeAsync("m1", limit: 2);
        await service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, $"/v1/users/{_userId}/preferences", new { timeZone = "Pacific/Kiritimati", dailyLimit = 2 });

        var (_, body) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{_userId}/preferences");

        body["today"]!.ToJsonString().ShouldBe("""{"date":"2026-03-09","sent":1,"limit":2}""");
    }

    [Fact]
    public async Task Slots_ofOneDateInTwoZones_areToldApart()
    {
        var berlin = new LocalDay(Today.Date, "Europe/Berlin");
        await TakeAsync("m1", limit: 1);

        (await TakeAsync("m2", limit: 1, berlin)).ShouldBeTrue();
        (await TakeAsync("m3", limit: 2, berlin, Today)).ShouldBeFalse();
        (await TakeAsync("m3", limit: 3, berlin, Today)).ShouldBeTrue();
        (await _users.FindDaysAsync(_userId, [berlin, Today], Cancellation)).Count.ShouldBe(3);
        await _users.ReleaseSlotAsync(_userId, Today.Date, "m2", Cancellation);
        (await _users.FindDaysAsync(_userId, [berlin, Today], Cancellation)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Slot_takenAfterAnOutdatedReading_isDecidedByWhatIsStored()
    {
        var beforeAnyone = await _users.FindDaysAsync(_userId, [Today], Cancellation);
        (await _users.TryTakeSlotAsync(beforeAnyone, "m1", 2, Cancellation)).ShouldBeTrue();
        var afterOne = await _users.FindDaysAsync(_userId, [Today], Cancellation);

        (await _users.TryTakeSlotAsync(beforeAnyone, "m2", 2, Cancellation)).ShouldBeTrue();
        (await _users.TryTakeSlotAsync(beforeAnyone, "m3", 2, Cancellation)).ShouldBeFalse();
        (await _users.TryTakeSlotAsync(afterOne, "m3", 2, Cancellation)).ShouldBeFalse();
        (await _users.FindDaysAsync(_userId, [Today], Cancellation)).Day.MessageIds.ShouldBe(["m1", "m2"]);
    }

    [Fact]
    public async Task Slot_refusedByAnOutdatedReading_isLookedAtAgain()
    {
        await TakeAsync("m1", limit: 1);
        var full = await _users.FindDaysAsync(_userId, [Today], Cancellation);
        await _users.ReleaseSlotAsync(_userId, Today.Date, "m1", Cancellation);

        (await _users.TryTakeSlotAsync(full, "m2", 1, Cancellation)).ShouldBeTrue();
    }

    private async Task<bool> TakeAsync(string messageId, int limit, params LocalDay[] days) =>
        await _users.TryTakeSlotAsync(await _users.FindDaysAsync(_userId, days is [] ? [Today] : days, Cancellation), messageId, limit, Cancellation);
}
