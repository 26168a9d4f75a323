using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Calls to Twilio that never come to an end. They cost real seconds, on a virtual clock too.</summary>
public sealed class DeliveryCallScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    [Theory]
    [InlineData("+19075550115", 2, "nothing was created")]
    [InlineData("+19075550116", 1, "it was created")]
    public async Task A_create_call_that_hangs_is_given_up_and_looked_up(string phone, int creates, string situation)
    {
        var user = await system.NewUserAsync(phone);
        var id = await system.ScheduleAsync(user, sendAt: null, body: situation);

        await system.AdvanceAsync(TimeSpan.FromMinutes(10));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(user)).Count.ShouldBe(creates);
        (await system.TextsAsync(user)).ShouldHaveSingleItem();
    }
}
