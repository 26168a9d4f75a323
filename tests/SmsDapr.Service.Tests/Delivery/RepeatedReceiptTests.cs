using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Tests.Sending;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Delivery;

/// <summary>The process died, or the store failed, between storing a receipt and what follows from it; Twilio repeats the receipt.</summary>
public sealed class RepeatedReceiptTests : WithGuard
{
    private ReceiptMerge Receipts => Service.Services.GetRequiredService<ReceiptMerge>();

    private IUserDirectory Users => Service.Services.GetRequiredService<IUserDirectory>();

    [Fact]
    public async Task Receipt_thatOptsOut_stillDoesWhenItWasStoredAlready()
    {
        var fact = await StoredAsync(21610);

        await Receipts.TakeAsync("m", fact, Cancellation);

        (await Users.FindAsync(User, Cancellation)).OptOut!.Reason.ShouldBe(OptOutReason.Provider);
    }

    [Fact]
    public async Task Receipt_aboutANumberThatTheUserLeft_optsOutNobody()
    {
        var fact = await StoredAsync(21610);
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{User}/phone", new { phoneNumber = "+12025550148", verified = true });

        await Receipts.TakeAsync("m", fact, Cancellation);

        (await Users.FindAsync(User, Cancellation)).OptOut.ShouldBeNull();
    }

    [Fact]
    public async Task Receipt_ofAnEarlierAttemptToANumberThatTheUserLeft_optsOutNobody()
    {
        await CreateAsync("m");
        foreach (var step in new Func<Message, Transition>[]
        {
            message => message.Accept(Now),
            message => message.BeginAttempt("+12025550140", Now),
            message => message.AttemptAbsent(1, Now, RetryOptions.Default),
            message => message.BeginAttempt("+12025550147", message.DueAt),
        })
        {
            (await Messages.ApplyAsync("m", step, Cancellation)).ShouldBeOfType<Transition.Changed>();
        }

        await Receipts.TakeAsync("m", new ReceiptFact(1, "SM1", "undelivered", 21610, Now, TimelineSource.Twilio) { To = "+12025550140" }, Cancellation);

        (await Users.FindAsync(User, Cancellation)).OptOut.ShouldBeNull();
    }

    [Fact]
    public async Task Receipt_thatPausesTheAccount_stillDoesWhenItWasStoredAlready()
    {
        var fact = await StoredAsync(30002);

        await Receipts.TakeAsync("m", fact, Cancellation);

        (await Service.Services.GetRequiredService<SendingPause>().PeekAsync(Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Receipt_thatComesAgainMuchLater_doesNotOptOutWhoOptedInSince()
    {
        var fact = await StoredAsync(21610);
        Service.Clock.Advance(TimeSpan.FromMinutes(10));

        await Receipts.TakeAsync("m", fact with { At = Now }, Cancellation);

        (await Users.FindAsync(User, Cancellation)).OptOut.ShouldBeNull();
    }

    private async Task<ReceiptFact> StoredAsync(int code)
    {
        await CreateAsync("m");
        var fact = new ReceiptFact(1, "SM1", "undelivered", code, Now, TimelineSource.Twilio);
        foreach (var step in new Func<Message, Transition>[]
        {
            message => message.Accept(Now),
            message => message.BeginAttempt("+12025550147", Now),
            message => message.AttemptAccepted(1, "SM1", "queued", Now),
            message => message.ApplyReceipt(fact, RetryOptions.Default),
        })
        {
            (await Messages.ApplyAsync("m", step, Cancellation)).ShouldBeOfType<Transition.Changed>();
        }

        return fact;
    }
}
