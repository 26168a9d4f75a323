using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Tests.Sending;

namespace SmsDapr.Service.Tests.Users;

/// <summary>What a change of a user's settings does to the messages that wait.</summary>
public sealed class UserChangeReactionTests : WithGuard
{
    [Fact]
    public async Task Opt_out_that_an_opt_in_overtakes_cancels_nothing()
    {
        await CreateAsync("m");
        var overtaken = 0;
        Service.OnSidecarCall = async (context, next) =>
        {
            await next();
            if (context.Request.Path.Value!.EndsWith("/GetBulkState", StringComparison.Ordinal) && Interlocked.Exchange(ref overtaken, 1) == 0)
                await PostAsync("opt-in");
        };

        await PostAsync("opt-out");

        overtaken.ShouldBe(1);
        (await Messages.FindAsync("m", Cancellation))!.Value.Status.ShouldBe(MessageStatus.Scheduled);
    }

    [Fact]
    public async Task Deferral_that_is_released_is_looked_at_soon_should_its_workflow_not_hear_of_it()
    {
        await PatchUserAsync("""{"quietHours":{"start":"12:00","end":"15:00"}}""");
        await CreateAsync("m");
        await PassAsync("m");
        (await Messages.FindAsync("m", Cancellation))!.Value.DeferredFrom.ShouldNotBeNull();
        Service.Clock.Advance(TimeSpan.FromMinutes(20));
        var open = Service.Services.GetRequiredService<OpenMessages>();
        var soon = Now + OpenMessages.Grace + Duration.FromMinutes(1);
        (await open.MinutesAsync(Now, soon, Cancellation)).ShouldBeEmpty();

        await PatchUserAsync("""{"quietHours":null}""");

        (await open.MinutesAsync(Now, soon, Cancellation)).ShouldNotBeEmpty();
    }

    private async Task PostAsync(string path) => await Service.SendAsync(RunningService.AdminKey, HttpMethod.Post, $"/v1/users/{User}/{path}");
}
