using System.Text.Json;
using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Tests.Registration;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Two_hosts_in_one_process_keep_to_the_sidecar_that_each_is_configured_for()
    {
        await using var one = await FakeSidecar.Start();
        await using var two = await FakeSidecar.Start();
        await using var first = await WorkerHost.Start(one.Endpoint, options => options.RegisterActivity<int, string>("Who", (_, _) => Task.FromResult("first")));
        await using var second = await WorkerHost.Start(two.Endpoint, options => options.RegisterActivity<int, string>("Who", (_, _) => Task.FromResult("second")));

        (await two.Hub.NextStream()).Send(WorkerHost.Activity("Who", input: "1"));
        (await two.Hub.NextActivity()).Result.ShouldBe("\"second\"");
        (await one.Hub.NextStream()).Send(WorkerHost.Activity("Who", input: "1"));
        (await one.Hub.NextActivity()).Result.ShouldBe("\"first\"");

        var raised = new TaskCompletionSource();
        one.Hub.OnCall = (_, _) =>
        {
            raised.SetResult();
            return Task.FromResult<object>(new RaiseEventResponse());
        };
        await first.Host.Services.GetRequiredService<DaprWorkflowClient>().RaiseEventAsync("x", "tick", cancellation: TestContext.Current.CancellationToken);
        await raised.Task;
    }

    [Fact]
    public async Task Disposing_a_scoped_client_leaves_the_connection_to_the_others()
    {
        await using var sidecar = await FakeSidecar.Start();
        sidecar.Hub.OnCall = (_, _) => Task.FromResult<object>(new RaiseEventResponse());
        var services = new ServiceCollection();
        services.AddDaprWorkflowBuilder(null, (_, client) => client.UseGrpcEndpoint(sidecar.Endpoint), ServiceLifetime.Scoped);
        await using var provider = services.BuildServiceProvider();

        for (var n = 0; n < 2; n++)
        {
            await using var scope = provider.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<DaprWorkflowClient>().RaiseEventAsync("x", "tick", cancellation: TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Without_a_word_about_what_to_run_all_that_is_declared_runs()
    {
        var services = new ServiceCollection().AddDaprWorkflow();
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<WorkflowRuntimeOptions>();

        options.Workflows.Create(nameof(Declared), provider).ShouldBeOfType<Declared>();
        options.Activities.Create(nameof(Declared.Step), provider).ShouldBeOfType<Declared.Step>();
        options.Workflows.Create(nameof(Hidden), provider).ShouldBeNull();
    }

    [Fact]
    public void Registrations_of_several_calls_add_up_and_the_first_of_a_name_wins()
    {
        var services = new ServiceCollection();
        services.AddDaprWorkflow(options => options.RegisterActivity<int, int>("Echo", (_, n) => Task.FromResult(n)));
        services.AddDaprWorkflow(options =>
        {
            options.RegisterActivity<int, int>("ECHO", (_, _) => throw new InvalidOperationException());
            options.RegisterWorkflow<Sample>();
        });
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<WorkflowRuntimeOptions>();

        options.Activities.Count.ShouldBe(1);
        options.Workflows.Create("sample", provider).ShouldBeOfType<Sample>();
        provider.GetServices<Microsoft.Extensions.Hosting.IHostedService>().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_serializer_given_to_the_builder_is_everyones()
    {
        var services = new ServiceCollection();
        services.AddDaprWorkflowBuilder(null).WithJsonSerializer(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IDaprSerializer>().Serialize(new { UserName = "kim" }).ShouldBe("""{"user_name":"kim"}""");
    }

    [Fact]
    public void Message_limits_reach_the_connection_options()
    {
        var services = new ServiceCollection();
        services.AddDaprWorkflowBuilder(null).WithGrpcMessageSizeLimits(1024, 2048);
        using var provider = services.BuildServiceProvider();

        var limits = provider.GetRequiredService<WorkflowRuntimeOptions>().GrpcChannelOptions!;
        (limits.MaxReceiveMessageSize, limits.MaxSendMessageSize).ShouldBe((1024, 2048));
    }

    [Fact]
    public void What_is_no_lifetime_or_limit_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new ServiceCollection().AddDaprWorkflow(_ => { }, (ServiceLifetime)9));
        Should.Throw<ArgumentOutOfRangeException>(() => new WorkflowRuntimeOptions().MaxConcurrentActivities = 0);
        Should.Throw<ArgumentOutOfRangeException>(() => new WorkflowRuntimeOptions().MaxConcurrentWorkflows = 0);
    }

    [Theory]
    [InlineData(0, 1.0, 1.0, null, null)]
    [InlineData(1, 0.0, 1.0, null, null)]
    [InlineData(1, 1.0, 0.5, null, null)]
    [InlineData(1, 1.0, double.NaN, null, null)]
    [InlineData(1, 3601.0, 1.0, null, null)]
    [InlineData(1, 10.0, 1.0, 5.0, null)]
    [InlineData(1, 10.0, 1.0, null, 5.0)]
    public void A_retry_policy_out_of_range_is_refused(int attempts, double first, double coefficient, double? longest, double? timeout) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new WorkflowRetryPolicy(
            attempts,
            TimeSpan.FromSeconds(first),
            coefficient,
            longest is { } l ? TimeSpan.FromSeconds(l) : null,
            timeout is { } t ? TimeSpan.FromSeconds(t) : null));

    private sealed class Sample : Workflow<int, int>
    {
        public override Task<int> RunAsync(WorkflowContext context, int input) => Task.FromResult(input);
    }

    private sealed class Hidden : Workflow<int, int>
    {
        public override Task<int> RunAsync(WorkflowContext context, int input) => Task.FromResult(input);
    }
}

public abstract class DeclaredBase<T> : Workflow<T, T>
{
    public override Task<T> RunAsync(WorkflowContext context, T input) => Task.FromResult(input);
}

internal sealed class Declared : DeclaredBase<int>
{
    internal sealed class Step : WorkflowActivity<int, int>
    {
        public override Task<int> RunAsync(WorkflowActivityContext context, int input) => Task.FromResult(input);
    }
}
