using SmsDapr.Sidecar.PubSub;

namespace SmsDapr.Sidecar.Tests.PubSub;

public sealed class TopicScopesTests
{
    [Fact]
    public void Without_metadata_everything_is_allowed()
    {
        var scopes = Scopes();

        scopes.MayPublish("any").ShouldBeTrue();
        scopes.MaySubscribe("any").ShouldBeTrue();
    }

    [Fact]
    public void A_named_application_has_only_its_topics()
    {
        var scopes = Scopes(("publishingScopes", "app=a,b;other=c"), ("subscriptionScopes", "app="));

        scopes.MayPublish("a").ShouldBeTrue();
        scopes.MayPublish("c").ShouldBeFalse();
        scopes.MaySubscribe("a").ShouldBeFalse();
    }

    [Fact]
    public void A_protected_topic_needs_a_scope()
    {
        var scopes = Scopes(("protectedTopics", "secret"), ("publishingScopes", "app=secret"));

        scopes.MayPublish("secret").ShouldBeTrue();
        scopes.MaySubscribe("secret").ShouldBeFalse();
    }

    [Fact]
    public void Only_allowed_topics_exist()
    {
        var scopes = Scopes(("allowedTopics", "a"));

        scopes.MayPublish("a").ShouldBeTrue();
        scopes.MayPublish("b").ShouldBeFalse();
    }

    private static TopicScopes Scopes(params (string Name, string Value)[] metadata) => new(Specs.Of("pubsub.in-memory", metadata), "app");
}
