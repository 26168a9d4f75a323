using Microsoft.Extensions.Logging.Abstractions;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Tests.Components;

public sealed class ResourceLoaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Load_reads_every_document_of_a_file()
    {
        _directory.Write("many.yaml", Component("one") + "---\n" + Component("two"));

        Load().Components.Select(component => component.Name).ShouldBe(["one", "two"]);
    }

    [Fact]
    public void Load_leaves_out_components_scoped_to_other_applications()
    {
        _directory.Write("mine.yaml", Component("mine") + "scopes: [app]\n");
        _directory.Write("theirs.yml", Component("theirs") + "scopes: [other]\n");

        Load().Components.ShouldHaveSingleItem().Name.ShouldBe("mine");
    }

    [Fact]
    public void Load_skips_kinds_it_does_not_know_and_other_files()
    {
        _directory.Write("other.yaml", "apiVersion: v1\nkind: Configuration\nmetadata:\n  name: x\n");
        _directory.Write("notes.txt", "not yaml: [");

        Load().Components.ShouldBeEmpty();
    }

    [Fact]
    public void Load_takes_any_scalar_as_text_and_keeps_references_apart()
    {
        _directory.Write("c.yaml", Component("c", """
            - name: number
              value: 5
            - name: flag
              value: true
            - name: secret
              secretKeyRef:
                name: store-entry
                key: inner
            - name: environment
              envRef: SOME_VARIABLE
            """));

        var metadata = Load().Components.Single().Metadata;

        metadata[0].Value.ShouldBe("5");
        metadata[1].Value.ShouldBe("true");
        metadata[2].SecretKeyRef.ShouldBe(new SecretKeyReference("store-entry", "inner"));
        metadata[3].EnvRef.ShouldBe("SOME_VARIABLE");
    }

    [Fact]
    public void Load_of_malformed_yaml_names_the_file_and_line()
    {
        var file = _directory.Write("bad.yaml", "apiVersion: dapr.io/v1alpha1\nkind: [Component\n");

        var failure = Should.Throw<SidecarStartException>(Load);

        failure.Message.ShouldStartWith($"{file}: line ");
        failure.Message.ShouldContain("malformed YAML");
    }

    [Fact]
    public void Load_of_a_second_component_of_a_name_names_both_files()
    {
        var first = _directory.Write("a.yaml", Component("twice"));
        var second = _directory.Write("b.yaml", Component("twice"));

        var failure = Should.Throw<SidecarStartException>(Load);

        failure.Message.ShouldBe($"{second}: component 'twice' is already defined in {first}");
    }

    [Fact]
    public void Load_without_a_type_says_where_it_is_missing()
    {
        var file = _directory.Write("c.yaml", "kind: Component\nmetadata:\n  name: c\nspec:\n  version: v1\n");

        Should.Throw<SidecarStartException>(Load).Message.ShouldBe($"{file}: line 5: spec.type: is missing");
    }

    [Fact]
    public void Load_of_a_missing_directory_is_refused()
    {
        var loader = new ResourceLoader(Options("does-not-exist"), NullLogger<ResourceLoader>.Instance);

        Should.Throw<SidecarStartException>(loader.Load).Message.ShouldBe("resources path 'does-not-exist' is not a directory");
    }

    [Fact]
    public void Load_refuses_a_routing_rule_that_it_cannot_keep_with_its_place()
    {
        _directory.Write("s.yaml", """
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata:
              name: s
            spec:
              pubsubname: pubsub
              topic: t
              routes:
                default: /events
                rules:
                  - match: event.data.map(x, x)
                    path: /x
            """);

        Should.Throw<SidecarStartException>(Load).Message.ShouldEndWith(
            "s.yaml: line 11: spec.routes.rules[0].match: at character 16: 'x' is not known; events are read as 'event'");
    }

    [Fact]
    public void Load_reads_the_inbound_retry_of_a_component()
    {
        _directory.Write("r.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata:
              name: r
            spec:
              policies:
                retries:
                  steady:
                    policy: constant
                    duration: 2s
                    maxRetries: 3
              targets:
                components:
                  pubsub:
                    inbound:
                      retry: steady
            """);

        Load().InboundRetries["pubsub"].ShouldBe(new RetryPolicy(false, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60), 3));
    }

    [Fact]
    public void What_a_resiliency_document_asks_for_in_vain_is_known()
    {
        _directory.Write("r.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata:
              name: r
            spec:
              policies:
                retries:
                  steady: { duration: 2s, matching: { httpStatusCodes: "500" } }
              targets:
                apps:
                  other: { retry: steady }
                components:
                  pubsub:
                    inbound: { retry: steady, timeout: fast }
                    outbound: { retry: steady }
            """);

        YamlDocuments.ReadDirectory(_directory.Path).SelectMany(ResiliencyReader.FindUnused).ShouldBe(
            ["targets.apps", "targets.components.pubsub.inbound.timeout", "targets.components.pubsub.outbound.retry", "policies.retries.steady.matching"]);
    }

    private Resources Load() => new ResourceLoader(Options(_directory.Path), NullLogger<ResourceLoader>.Instance).Load();

    private static SidecarOptions Options(string path) => new() { AppId = "app", ResourcesPaths = [path] };

    private static string Component(string name, string metadata = "[]")
    {
        var entries = metadata == "[]" ? " []\n" : "\n" + string.Concat(metadata.Split('\n').Select(line => $"    {line}\n"));
        return $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\nspec:\n  type: state.in-memory\n  version: v1\n  metadata:{entries}";
    }
}
