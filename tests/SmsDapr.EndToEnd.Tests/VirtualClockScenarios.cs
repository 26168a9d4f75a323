using System.Net;
using System.Text;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>The calls that move the clock of a whole system.</summary>
public sealed class VirtualClockScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"by":"PT1S","to":"2030-01-01T00:00:00Z"}""")]
    [InlineData("""{"by":"PT0S","zzz":1}""")]
    [InlineData("""{"by":"-PT1S"}""")]
    [InlineData("""{"by":"P9999999Y"}""")]
    [InlineData("""{"by":1}""")]
    [InlineData("""{"by":"soon"}""")]
    [InlineData("""{"to":"1999-01-01T00:00:00Z"}""")]
    [InlineData("""{"to":"tomorrow"}""")]
    public async Task An_advance_that_is_not_clear_is_refused_and_moves_nothing(string body)
    {
        var before = await system.NowAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await system.Api.PostAsync(new Uri("/_test/clock/advance", UriKind.Relative), content, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await system.NowAsync()).ShouldBe(before);
    }
}
