using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Privacy;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Privacy;

/// <summary>The passes of an erasure, one at a time: what requests under way leave behind, what a crash cuts short, who comes back.</summary>
public sealed class UserErasureTests : IAsyncLifetime
{
    private const string Phone = "+12025550147";

    private readonly RunningService _service = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MessageRepository Messages => _service.Services.GetRequiredService<MessageRepository>();

    private MessageIndex Index => _service.Services.GetRequiredService<MessageIndex>();

    private UserErasure Erasure => _service.Services.GetRequiredService<UserErasure>();

    private IDocumentStore Documents => _service.Services.GetRequiredService<IDocumentStore>();

    private Instant Now => _service.Services.GetRequiredService<IClock>().GetCurrentInstant();

    public ValueTask InitializeAsync() => _service.InitializeAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_message_that_was_being_accepted_meanwhile_is_erased_by_the_last_pass()
    {
        await RegisterAsync();
        await EraseAsync();
        await StoreAsync("straggler");

        await FinishAsync();

        var straggler = (await Messages.FindAsync("straggler", Cancellation))!.Value;
        straggler.Body.ShouldBeEmpty();
        straggler.Sms.To.ShouldBeNull();
        straggler.UserId.ShouldStartWith("erased-");
        (await Index.DaysAsync("anna", Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_registers_again_keeps_messages_and_settings_from_then_on()
    {
        await RegisterAsync();
        await StoreAsync("old");
        await EraseAsync();
        _service.Clock.Advance(TimeSpan.FromSeconds(1));
        await RegisterAsync();
        await StoreAsync("new");

        await FinishAsync();

        (await Messages.FindAsync("old", Cancellation))!.Value.Body.ShouldBeEmpty();
        (await Messages.FindAsync("new", Cancellation))!.Value.Body.ShouldBe("text of new");
        (await _service.Services.GetRequiredService<IUserDirectory>().FindByPhoneAsync(Phone, Cancellation)).ShouldBe("anna");
        (await Index.IdsAsync("anna", MessageIndex.DayOf(Now), Cancellation)).ShouldContain("new");
    }

    [Fact]
    public async Task A_crash_after_any_write_leaves_nothing_that_the_next_try_does_not_finish()
    {
        // The store refuses the n-th write, the request fails there, and is repeated.
        for (var survived = 1; survived <= 12; survived++)
        {
            await RegisterAsync();
            var id = $"message-{survived}";
            await StoreAsync(id);
            var writes = 0;
            _service.OnSidecarCall = async (context, next) =>
            {
                var isWrite = context.Request.Path.Value is { } path
                    && (path.EndsWith("/SaveState", StringComparison.Ordinal) || path.EndsWith("/DeleteState", StringComparison.Ordinal));
                if (isWrite && Interlocked.Increment(ref writes) > survived)
                {
                    context.Response.ContentType = "application/grpc";
                    context.Response.Headers["grpc-status"] = "14";
                    return;
                }

                await next();
            };
            await _service.SendAsync(RunningService.AdminKey, HttpMethod.Delete, "/v1/users/anna");
            _service.OnSidecarCall = (_, next) => next();

            await EraseAsync();

            var message = (await Messages.FindAsync(id, Cancellation))!.Value;
            message.Body.ShouldBeEmpty($"after {survived} writes");
            message.Sms.To.ShouldBeNull();
            (await Documents.FindAsync<PhoneClaim>(PhoneClaim.Key(Phone), Cancellation)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task The_number_of_another_user_is_left_to_him()
    {
        await RegisterAsync();
        var (status, _) = await _service.SendAsync(
            RunningService.AdminKey, HttpMethod.Put, "/v1/users/ben/phone", new { phoneNumber = "+12025550148", verified = true });
        status.ShouldBe(HttpStatusCode.OK);

        await EraseAsync();

        (await _service.Services.GetRequiredService<IUserDirectory>().FindByPhoneAsync("+12025550148", Cancellation)).ShouldBe("ben");
        (await _service.SendAsync(RunningService.AdminKey, HttpMethod.Put, "/v1/users/ben/phone", new { phoneNumber = Phone, verified = true })).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    private async Task RegisterAsync() =>
        (await _service.SendAsync(RunningService.AdminKey, HttpMethod.Put, "/v1/users/anna/phone", new { phoneNumber = Phone, verified = true })).Status
            .ShouldBe(HttpStatusCode.OK);

    private async Task EraseAsync() =>
        (await _service.SendAsync(RunningService.AdminKey, HttpMethod.Delete, "/v1/users/anna")).Status.ShouldBe(HttpStatusCode.NoContent);

    /// <summary>Three minutes later, and until the job has nothing left to do.</summary>
    private async Task FinishAsync()
    {
        _service.Clock.Advance(TimeSpan.FromMinutes(3));
        using var glance = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await Erasure.PassAsync(UserErasure.KeyOf("anna"), Cancellation))
            await glance.WaitForNextTickAsync(Cancellation);
    }

    private async Task StoreAsync(string id)
    {
        var message = MessageLifecycle.Create(
            new NewMessage
            {
                Id = id,
                UserId = "anna",
                Type = MessageType.Custom,
                Text = new MessageText($"text of {id}", BodySource.Caller),
                SendAt = Now,
                TimeZone = "UTC",
                MaxAttempts = 3,
                Source = TimelineSource.Api,
            },
            Now);
        await Index.AddAsync("anna", Now, id, Cancellation);
        (await Messages.TryCreateAsync(message with { Sms = message.Sms with { To = Phone } }, Cancellation)).ShouldBeTrue();
    }
}
