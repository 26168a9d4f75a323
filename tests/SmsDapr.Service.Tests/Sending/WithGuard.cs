using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>Messages of one user that are due now, and the guard that decides about them.</summary>
public abstract class WithGuard : WithOwnService
{
    protected const string User = "anna";

    private protected MessageRepository Messages => Service.Services.GetRequiredService<MessageRepository>();

    private protected Instant Now => Instant.FromDateTimeOffset(Service.Clock.GetUtcNow());

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // What it writes and reads at the start must not come in between.
        await Service.Services.GetServices<IHostedService>().OfType<ZoneRulesSweep>().Single().ExecuteTask!;
        await Service.Services.GetServices<IHostedService>().OfType<CalendarStart>().Single().Look;
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Put, $"/v1/users/{User}/phone", new { phoneNumber = "+12025550147", verified = true });
        await PatchUserAsync("""{"quietHours":null,"timeZone":"Europe/Berlin"}""");
    }

    protected Task PatchUserAsync(string json) => Service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, $"/v1/users/{User}/preferences", json);

    /// <summary>A record that is listed and whose workflow was not started.</summary>
    protected async Task CreateAsync(string id, string text = "Hello", string? fingerprint = null)
    {
        var message = MessageLifecycle.Create(
            new NewMessage
            {
                Id = id,
                UserId = User,
                Type = MessageType.Custom,
                Text = new MessageText(text, BodySource.Caller),
                SendAt = Now,
                TimeZone = "UTC",
                MaxAttempts = 3,
                Source = TimelineSource.Api,
                RequestFingerprint = fingerprint,
            },
            Now);
        await Service.Services.GetRequiredService<MessageIndex>().AddAsync(User, Now, id, Cancellation);
        (await Messages.TryCreateAsync(message, Cancellation)).ShouldBeTrue();
    }

    private protected async Task<GuardResult> PassAsync(string id) =>
        await Service.Services.GetRequiredService<SendGuard>().PassAsync((await Messages.FindAsync(id, Cancellation))!, Cancellation);
}
