using Microsoft.Extensions.Logging.Abstractions;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Tests.Components;

/// <summary>The component sets that the repository ships stay complete and interchangeable.</summary>
public sealed class ComponentSetsTests
{
    [Theory]
    [InlineData("embedded")]
    [InlineData("redis")]
    [InlineData("postgres")]
    public void A_set_has_every_component_that_the_service_names(string set)
    {
        var options = new SidecarOptions { AppId = "smsdapr", ResourcesPaths = [Path.Combine(Root(), "components", set)] };
        var types = new ComponentTypes(options, TimeProvider.System, new WorkCounter(), new StateFaults(), NullLoggerFactory.Instance);

        var resources = new ResourceLoader(options, NullLogger<ResourceLoader>.Instance).Load();

        resources.Components.Select(component => component.Name)
            .ShouldBe(["statestore", "pubsub", "secrets", "plan-reminders", "renew-calendars", "check-alerts", "reconcile"], ignoreOrder: true);
        foreach (var manifest in resources.Components)
            types.Find(manifest).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    public void A_set_on_redis_streams_retries_and_buries_what_fails(string set)
    {
        var options = new SidecarOptions { AppId = "smsdapr", ResourcesPaths = [Path.Combine(Root(), "components", set)] };

        var resources = new ResourceLoader(options, NullLogger<ResourceLoader>.Instance).Load();

        resources.InboundRetries.ShouldContainKey("pubsub");
        resources.Subscriptions.Single(subscription => subscription.Topic == "sms-status").DeadLetterTopic.ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("components/embedded")]
    [InlineData("components/redis")]
    [InlineData("components/postgres")]
    [InlineData("deploy/kubernetes/base")]
    public void The_service_s_timers_run_without_asking_an_application_that_may_still_be_starting(string directory)
    {
        var options = new SidecarOptions { AppId = "smsdapr", ResourcesPaths = [Path.Combine(Root(), directory)] };

        var resources = new ResourceLoader(options, NullLogger<ResourceLoader>.Instance).Load();

        var asked = resources.Components.Where(component => component.Type == "bindings.cron" && !component.Metadata.Any(item => item is { Name: "direction", Value: "input" }));
        asked.Select(component => component.Name).ShouldBe(["check-alerts"]);
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "SmsDapr.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("The repository's root was not found.");
        return directory.FullName;
    }
}
