using Dapr.Workflow;

namespace SmsDapr.Service.Privacy;

/// <summary>Input of the workflow: the key of the job, which has the user. History never holds a user.</summary>
/// <param name="Job">The key.</param>
/// <param name="RequestMakesFirstPass">Beside it, a pass that lags could take what a user who registers right after has set.</param>
internal sealed record EraseRun(string Job, bool RequestMakesFirstPass = false);

/// <summary>Carries an erasure on until nothing is left of it, whatever dies in between.</summary>
internal sealed class EraseUser : Workflow<EraseRun, string>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    public override async Task<string> RunAsync(WorkflowContext context, EraseRun input)
    {
        if (input.RequestMakesFirstPass)
            await context.CreateTimer(Pause);

        bool isOpen;
        try
        {
            isOpen = await context.CallActivityAsync<bool>(nameof(EraseUserPass), input.Job);
        }
        catch (WorkflowTaskFailedException)
        {
            isOpen = true;
        }

        if (!isOpen)
            return "erased";
        await context.CreateTimer(Pause);
        context.ContinueAsNew(input with { RequestMakesFirstPass = false });
        return "waiting";
    }
}

/// <summary>One pass.</summary>
internal sealed class EraseUserPass(UserErasure erasure, IHostApplicationLifetime lifetime) : WorkflowActivity<string, bool>
{
    public override Task<bool> RunAsync(WorkflowActivityContext context, string input) =>
        erasure.PassAsync(input, lifetime.ApplicationStopped);
}
