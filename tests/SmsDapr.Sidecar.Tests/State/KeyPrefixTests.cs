using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Tests.State;

public sealed class KeyPrefixTests
{
    private static readonly SidecarOptions Options = new() { AppId = "shop" };

    [Theory]
    [InlineData("appid", "shop||key")]
    [InlineData("name", "sample||key")]
    [InlineData("none", "key")]
    [InlineData("shared", "shared||key")]
    [InlineData("namespace", "shop||key")]
    public void It_comes_from_the_component(string setting, string expected) =>
        new KeyPrefix(Specs.Of("state.sqlite", ("keyPrefix", setting)), Options).Apply("key").ShouldBe(expected);

    [Fact]
    public void Without_one_it_is_the_application() => new KeyPrefix(Specs.Of("state.sqlite"), Options).Apply("key").ShouldBe("shop||key");

    [Fact]
    public void It_must_not_hold_the_separator() =>
        Should.Throw<SidecarStartException>(() => new KeyPrefix(Specs.Of("state.sqlite", ("keyPrefix", "a||b")), Options));
}
