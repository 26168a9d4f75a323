using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>A receipt tells of a failure after which the next attempt would come too late.</summary>
public sealed class HopelessRetryTests : WithGuard
{
    [Fact]
    public async Task Message_whoseRetryWouldBeTooLate_endsAtOnce()
    {
        await FailedAsync(maxLateness: Duration.FromMinutes(1));

        (await PassAsync("m")).ShouldBeOfType<GuardResult.Changed>();

        var message = (await Messages.FindAsync("m", Cancellation))!.Value;
        (message.Status, message.StatusReason, message.FailedAt).ShouldBe((MessageStatus.Failed, StatusReason.Expired, Now));
    }

    [Fact]
    public async Task Message_whoseRetryComesInTime_waitsForIt()
    {
        await FailedAsync(maxLateness: Duration.FromMinutes(2));

        (await PassAsync("m")).ShouldBe(new GuardResult.Wait(Now + Duration.FromMinutes(2)));
    }

    [Fact]
    public async Task Message_thatWasMovedSinceItFailed_waits()
    {
        await FailedAsync(maxLateness: Duration.FromMinutes(1));
        await PatchUserAsync("""{"quietHours":{"start":"12:00","end":"15:00"}}""");
        var its = new CalendarEvent { Id = "e", CalendarId = "c", Start = Now + Duration.FromMinutes(30), End = Now + Duration.FromMinutes(60) };
        await ApplyAsync(message => new Transition.Changed(message with { Event = its }));
        await ApplyAsync(message => message.Move(Now + Duration.FromMinutes(20), sendAtLocal: null, TimelineSource.Api, Now));

        (await PassAsync("m")).ShouldBe(new GuardResult.Wait(Now + Duration.FromMinutes(20)));
    }

    [Fact]
    public async Task Message_thatWaitsForAPauseUntilItsVeryLastMoment_waitsForThat()
    {
        await FailedAsync(maxLateness: Duration.FromMinutes(1));
        var last = Now + Duration.FromMinutes(1) + Duration.FromMilliseconds(1);
        await ApplyAsync(message => message.Pause(last, Now));

        (await PassAsync("m")).ShouldBe(new GuardResult.Wait(last));
    }

    private async Task FailedAsync(Duration maxLateness)
    {
        await CreateAsync("m");
        await ApplyAsync(message => new Transition.Changed(message with { MaxLateness = maxLateness }));
        await ApplyAsync(message => message.BeginAttempt("+12025550147", Now));
        await ApplyAsync(message => message.AttemptAccepted(1, "SM1", "queued", Now));
        await ApplyAsync(message => message.ApplyReceipt(new ReceiptFact(1, "SM1", "undelivered", 30003, Now, TimelineSource.Twilio), Core.Delivery.RetryOptions.Default));
    }

    private async Task ApplyAsync(Func<Message, Transition> step) =>
        (await Messages.ApplyAsync("m", step, Cancellation)).ShouldBeOfType<Transition.Changed>();
}
