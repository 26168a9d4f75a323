using Dapr.Workflow;

namespace SmsDapr.Service.Messages;

/// <summary>Input of one generation of the workflow. Ids and times only: history never holds a number or a text.</summary>
/// <param name="MessageId">Also the instance id.</param>
/// <param name="LookAgainAt">UTC; null in the first generation.</param>
/// <param name="Failures">Steps in a row that could not be carried out (the store was down, say).</param>
internal sealed record MessageRun(string MessageId, DateTime? LookAgainAt = null, int Failures = 0);

/// <summary>A nudge says «look again»; a final one says that the record needs nothing more.</summary>
internal sealed record Nudge(bool Final);

/// <summary>
/// One message from acceptance to its last receipt. The record is the truth and the workflow the engine: every step reads the
/// record anew, so a nudge that is lost, early or doubled costs nothing but time, and the timer is the net below it.
/// </summary>
internal sealed class MessageWorkflow : Workflow<MessageRun, string>
{
    public const string NudgeEvent = "nudge";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    public override async Task<string> RunAsync(WorkflowContext context, MessageRun input)
    {
        try
        {
            return await RunGenerationAsync(context, input);
        }
        catch (WorkflowTaskFailedException)
        {
            // Nothing was decided, so nothing is lost: the same step again after a pause, for as long as it takes.
            var pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, input.Failures), LongestPause.TotalSeconds));
            context.ContinueAsNew(input with
            {
                LookAgainAt = context.CurrentUtcDateTime + pause,
                Failures = input.Failures + 1,
            });
            return "retrying";
        }
    }

    private static async Task<string> RunGenerationAsync(WorkflowContext context, MessageRun input)
    {
        var step = input.LookAgainAt is { } lookAgainAt
            ? NextStep.WaitUntil(lookAgainAt)
            : await context.CallActivityAsync<NextStep>(nameof(AcceptMessage), input.MessageId);
        if (step.Outcome is not null)
            return step.Outcome;

        if (await IsFinalAfterWaitAsync(context, step.LookAgainAt))
            return "final";

        step = await context.CallActivityAsync<NextStep>(nameof(SendMessage), input.MessageId);
        if (step.Outcome is not null)
            return step.Outcome;

        var next = step.LookAgainAt;
        if (step.AwaitsReceipt)
        {
            // Without a timer: should this nudge be lost, the reconciler gives it again.
            var nudge = await context.WaitForExternalEventAsync<Nudge>(NudgeEvent);
            if (nudge.Final)
                return "final";

            next = context.CurrentUtcDateTime;
        }

        // A new generation keeps the history short; no activity is out, so no straggler can answer for it.
        context.ContinueAsNew(new MessageRun(input.MessageId, next));
        return "waiting";
    }

    private static async Task<bool> IsFinalAfterWaitAsync(WorkflowContext context, DateTime until)
    {
        var left = until - context.CurrentUtcDateTime;
        if (left <= TimeSpan.Zero)
            return false;

        try
        {
            var nudge = await context.WaitForExternalEventAsync<Nudge>(NudgeEvent, left);
            return nudge.Final;
        }
        catch (TaskCanceledException)
        {
            return false;
        }
    }
}
