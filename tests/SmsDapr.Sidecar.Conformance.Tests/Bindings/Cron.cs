namespace SmsDapr.Sidecar.Conformance.Tests.Bindings;

public sealed class Cron(SidecarFixture sidecar)
{
    [Fact]
    public async Task A_tick_is_an_empty_post_with_the_time_in_its_headers()
    {
        await sidecar.RequireAsync("every-second", "bindings.cron");
        var tick = await sidecar.RequireApplication().NextAsync("bindings/every-second", TestContext.Current.CancellationToken);

        tick.Body.ShouldBeEmpty();
        tick.ContentType.ShouldBe("application/json");
        tick.Headers.ContainsKey("readTimeUTC").ShouldBeTrue();
        tick.Headers.ContainsKey("timeZone").ShouldBeTrue();
    }
}
