using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>Each message that falls due asks the store for itself, its user and the user's day, and for nothing else.</summary>
public sealed class GuardReadTests : WithGuard
{
    private static readonly string[] Reads = ["GetState", "GetBulkState", "QueryStateAlpha1"];

    private readonly ConcurrentQueue<string> _calls = new();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // Replicas share the account's pause; it is looked at every ten seconds, however many messages fall due.
        await Service.Services.GetRequiredService<SendingPause>().PausedUntilAsync(Cancellation);
    }

    [Fact]
    public async Task Message_thatIsDue_costsThreeReads()
    {
        await CreateAsync("first");
        await CreateAsync("second");

        (await CountedPassAsync("first")).ShouldBeOfType<GuardResult.Begun>();
        CountedReads().ShouldBe(3);
        (await CountedPassAsync("second")).ShouldBeOfType<GuardResult.Begun>();
        CountedReads().ShouldBe(3);
    }

    [Fact]
    public async Task Message_thatIsDueAfterAChangeOfZone_costsThreeReads()
    {
        await PatchUserAsync("""{"timeZone":"Pacific/Auckland"}""");
        await CreateAsync("abroad");

        (await CountedPassAsync("abroad")).ShouldBeOfType<GuardResult.Begun>();
        CountedReads().ShouldBe(3);
    }

    [Fact]
    public async Task Message_thatHasNoSlotLeft_costsThreeReads()
    {
        await PatchUserAsync("""{"dailyLimit":0}""");
        await CreateAsync("beyond");

        (await CountedPassAsync("beyond")).ShouldBeOfType<GuardResult.Changed>();
        CountedReads().ShouldBe(3);
    }

    [Fact]
    public async Task Messages_ofOneUserDueAtOnce_takeNoMoreSlotsThanThereAre()
    {
        await PatchUserAsync("""{"dailyLimit":3}""");
        var ids = Enumerable.Range(0, 10).Select(number => $"m{number}").ToList();
        foreach (var id in ids)
            await CreateAsync(id);

        var results = await Task.WhenAll(ids.Select(CountedPassAsync));

        results.OfType<GuardResult.Begun>().Count().ShouldBe(3);
    }

    private Task<GuardResult> CountedPassAsync(string id)
    {
        _calls.Clear();
        Service.OnSidecarCall = (context, next) =>
        {
            _calls.Enqueue(context.Request.Path.Value!.Split('/')[^1]);
            return next();
        };
        return PassAsync(id);
    }

    private int CountedReads() => _calls.Count(Reads.Contains);
}
