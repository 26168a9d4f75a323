using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Users;

/// <summary>Each message that falls due asks the store for itself, its user and the user's day, and for nothing else.</summary>
public sealed class GuardReadTests : WithOwnService
{
    private static readonly string[] Reads = ["GetState", "GetBulkState", "QueryStateAlpha1"];

    private readonly ConcurrentQueue<string> _calls = new();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Put, "/v1/users/anna/phone", new { phoneNumber = "+12025550147", verified = true });
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, "/v1/users/anna/preferences", """{"quietHours":null,"timeZone":"Europe/Berlin"}""");
        // Replicas share the account's pause; it is looked at every ten seconds, however many messages fall due.
        await Service.Services.GetRequiredService<SendingPause>().PausedUntilAsync(Cancellation);
        await Service.Services.GetServices<IHostedService>().OfType<ZoneRulesSweep>().Single().ExecuteTask!;
    }

    [Fact]
    public async Task Message_thatIsDue_costsThreeReads()
    {
        await CreateAsync("first");
        await CreateAsync("second");

        (await PassAsync("first")).ShouldBeOfType<GuardResult.Begun>();
        CountedReads().ShouldBe(3);
        (await PassAsync("second")).ShouldBeOfType<GuardResult.Begun>();
        CountedReads().ShouldBe(3);
    }

    [Fact]
    public async Task Message_thatIsDueAfterAChangeOfZone_costsThreeReads()
    {
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, "/v1/users/anna/preferences", """{"timeZone":"Pacific/Auckland"}""");
        await CreateAsync("abroad");

        (await PassAsync("abroad")).ShouldBeOfType<GuardResult.Begun>();
        CountedReads().ShouldBe(3);
    }

    [Fact]
    public async Task Message_thatHasNoSlotLeft_costsThreeReads()
    {
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, "/v1/users/anna/preferences", """{"dailyLimit":0}""");
        await CreateAsync("beyond");

        (await PassAsync("beyond")).ShouldBeOfType<GuardResult.Changed>();
        CountedReads().ShouldBe(3);
    }

    [Fact]
    public async Task Messages_ofOneUserDueAtOnce_takeNoMoreSlotsThanThereAre()
    {
        await Service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, "/v1/users/anna/preferences", """{"dailyLimit":3}""");
        var ids = Enumerable.Range(0, 10).Select(number => $"m{number}").ToList();
        foreach (var id in ids)
            await CreateAsync(id);

        var results = await Task.WhenAll(ids.Select(PassAsync));

        results.OfType<GuardResult.Begun>().Count().ShouldBe(3);
    }

    private async Task<GuardResult> PassAsync(string id)
    {
        _calls.Clear();
        Service.OnSidecarCall = (context, next) =>
        {
            _calls.Enqueue(context.Request.Path.Value!.Split('/')[^1]);
            return next();
        };
        var version = await Service.Services.GetRequiredService<MessageRepository>().FindAsync(id, Cancellation);
        return await Service.Services.GetRequiredService<SendGuard>().PassAsync(version!, Cancellation);
    }

    private int CountedReads() => _calls.Count(Reads.Contains);

    private async Task CreateAsync(string id)
    {
        var now = Instant.FromDateTimeOffset(Service.Clock.GetUtcNow());
        var message = MessageLifecycle.Create(
            new NewMessage
            {
                Id = id,
                UserId = "anna",
                Type = MessageType.Custom,
                Text = new MessageText("Hello", BodySource.Caller),
                SendAt = now,
                TimeZone = "UTC",
                MaxAttempts = 3,
                Source = TimelineSource.Api,
            },
            now);
        (await Service.Services.GetRequiredService<MessageRepository>().TryCreateAsync(message, Cancellation)).ShouldBeTrue();
    }
}
