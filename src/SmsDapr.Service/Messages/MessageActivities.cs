using Dapr.Workflow;

namespace SmsDapr.Service.Messages;

/// <summary>First step of the workflow.</summary>
internal sealed class AcceptMessage(MessageSteps steps, IHostApplicationLifetime lifetime) : WorkflowActivity<string, NextStep>
{
    public override Task<NextStep> RunAsync(WorkflowActivityContext context, string input) =>
        steps.AcceptAsync(input, lifetime.ApplicationStopped);
}

/// <summary>Every later step: the guard, the create call, the look at what became of it.</summary>
internal sealed class SendMessage(MessageSteps steps, IHostApplicationLifetime lifetime) : WorkflowActivity<string, NextStep>
{
    public override Task<NextStep> RunAsync(WorkflowActivityContext context, string input) =>
        steps.LookAsync(input, lifetime.ApplicationStopped);
}
