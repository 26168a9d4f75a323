using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Delivery;

/// <summary>What happens to a message after everybody stopped looking at it is published all the same, also when publishing fails at first.</summary>
public sealed class LatePublishingTests : IAsyncLifetime
{
    private const string Sid = "SM00000000000000000000000000000001";

    // On the clock of the sidecar, which is the real one.
    private static readonly DateTime FarAway = new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly RunningService _service = new();
    private volatile bool _isDown;
    private int _published;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MessageRepository Messages => _service.Services.GetRequiredService<MessageRepository>();

    private Instant Now => _service.Services.GetRequiredService<IClock>().GetCurrentInstant();

    public async ValueTask InitializeAsync()
    {
        await _service.InitializeAsync();
        _service.OnSidecarCall = async (context, next) =>
        {
            if (!context.Request.Path.Value!.EndsWith("/PublishEvent", StringComparison.Ordinal))
            {
                await next();
            }
            else if (_isDown)
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-status"] = "14";
            }
            else
            {
                Interlocked.Increment(ref _published);
                await next();
            }
        };
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task The_end_of_a_message_that_gives_its_slot_back_is_published_once()
    {
        await StoreAsync("refused");
        await Messages.ApplyAsync("refused", message => message.WithSlot(new LocalDate(2026, 3, 8)), Cancellation);
        await Messages.ApplyAsync("refused", message => message.Cancel(StatusReason.UserCancelled, TimelineSource.Api, Now), Cancellation);
        _published.ShouldBe(2);
        _published = 0;

        (await Messages.ApplyAsync("refused", message => message.WithSlot(null), Cancellation)).ShouldBeOfType<Transition.Changed>();

        _published.ShouldBe(0);
    }

    [Fact]
    public async Task A_delivery_that_comes_after_the_message_was_given_up_is_published_a_minute_after_publishing_works_again()
    {
        await StoreUnconfirmedAsync("late");
        _published = 0;
        _isDown = true;
        await DeliverAsync(_service.Services, "late");
        await ReconcileAsync(_service.Services, Duration.FromMinutes(2));
        _published.ShouldBe(0);

        _isDown = false;
        await ReconcileAsync(_service.Services, Duration.FromMinutes(2));

        _published.ShouldBe(1);
    }

    [Fact]
    public async Task A_delivery_stored_by_a_process_that_died_before_it_published_is_published_by_another_one()
    {
        await StoreUnconfirmedAsync("orphaned");
        await using var mortal = await _service.StartServiceAsync(_service.GrpcAddress);
        _isDown = true;
        await DeliverAsync(mortal.Services, "orphaned");
        await mortal.DisposeAsync();
        _isDown = false;
        _published = 0;

        await ReconcileAsync(_service.Services, Duration.FromMinutes(7));

        // At least once: nobody knows what the dead process had published.
        _published.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_message_cancelled_long_before_its_time_is_published_within_minutes()
    {
        var (phone, _) = await _service.SendAsync(
            RunningService.AdminKey, HttpMethod.Put, "/v1/users/anna/phone", new { phoneNumber = "+12025550147", verified = true });
        phone.ShouldBe(HttpStatusCode.OK);
        var (accepted, _) = await _service.SendAsync(
            RunningService.AdminKey, HttpMethod.Post, "/v1/messages", new { id = "far-away", userId = "anna", body = "text", sendAt = FarAway });
        accepted.ShouldBe(HttpStatusCode.Accepted);
        await WaitUntilAcceptedAsync("far-away");
        _isDown = true;
        await _service.SendAsync(RunningService.AdminKey, HttpMethod.Post, "/v1/messages/far-away/cancel");
        _isDown = false;
        _published = 0;

        await ReconcileAsync(_service.Services, Duration.FromMinutes(2));

        _published.ShouldBeGreaterThanOrEqualTo(1);
    }

    private async Task StoreAsync(string id)
    {
        var message = MessageLifecycle.Create(
            new NewMessage
            {
                Id = id,
                UserId = "anna",
                Type = MessageType.Custom,
                Text = new MessageText("text", BodySource.Caller),
                SendAt = Now,
                TimeZone = "UTC",
                MaxAttempts = 3,
                Source = TimelineSource.Api,
            },
            Now);
        (await Messages.TryCreateAsync(message, Cancellation)).ShouldBeTrue();
        await Messages.ApplyAsync(id, current => current.Accept(Now), Cancellation);
    }

    private async Task StoreUnconfirmedAsync(string id)
    {
        await StoreAsync(id);
        await Messages.ApplyAsync(id, current => current.BeginAttempt("+12025550147", Now), Cancellation);
        await Messages.ApplyAsync(id, current => current.AttemptAccepted(1, Sid, "queued", Now), Cancellation);
        await Messages.ApplyAsync(id, current => current.MarkUnconfirmed(TimelineSource.Reconciler, Now), Cancellation);
    }

    private async Task DeliverAsync(IServiceProvider services, string id)
    {
        var after = await services.GetRequiredService<ReceiptMerge>().TakeAsync(
            id, new ReceiptFact(1, Sid, "delivered", null, Now, TimelineSource.Twilio), Cancellation);
        after!.Status.ShouldBe(MessageStatus.Delivered);
    }

    private async Task ReconcileAsync(IServiceProvider services, Duration later)
    {
        for (var passed = Duration.Zero; passed < later; passed += Duration.FromMinutes(1))
        {
            _service.Clock.Advance(TimeSpan.FromMinutes(1));
            await services.GetRequiredService<Reconciler>().RunAsync(Cancellation);
        }
    }

    private async Task WaitUntilAcceptedAsync(string id)
    {
        using var glance = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await Messages.FindAsync(id, Cancellation))?.Value.Accepted != true)
            await glance.WaitForNextTickAsync(Cancellation);
    }
}
