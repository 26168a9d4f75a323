using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Twilio.Behaviours;

/// <summary>Lays out what becomes of a new message, step by step.</summary>
internal static class LifePlan
{
    private static readonly TimeSpan AfterTheEnd = TimeSpan.FromSeconds(1);

    public static IReadOnlyList<LifeStep> For(
        Behaviour behaviour, DateTimeOffset createdAt, DateTimeOffset? sendAt, bool byService, SimulatorOptions options)
    {
        var start = sendAt ?? createdAt;
        var sent = start + options.SentAfter;
        var end = start + options.DeliveredAfter;
        var steps = new List<LifeStep>();

        if (byService)
            steps.Add(Step(sendAt ?? createdAt + (options.SentAfter / 2), MessageStatus.Queued));
        if (behaviour.Outcome != MessageStatus.Failed)
            steps.Add(Step(sent, MessageStatus.Sent));

        steps.Add(behaviour.Outcome switch
        {
            MessageStatus.Delivered => Step(end, MessageStatus.Delivered) with { Arrives = true },
            MessageStatus.Sent => new LifeStep { Due = end, Arrives = true },
            MessageStatus.Undelivered => Step(end, MessageStatus.Undelivered) with { ErrorCode = behaviour.ErrorCode },
            _ => Step(sent, MessageStatus.Failed) with { ErrorCode = behaviour.ErrorCode },
        });

        if (behaviour.Receipts == ReceiptFault.Reordered)
            Postpone(steps, MessageStatus.Sent, end + AfterTheEnd);
        if (behaviour.Reply is not null)
            steps.Add(new LifeStep { Due = end + AfterTheEnd, Reply = behaviour.Reply });
        if (behaviour.Receipts == ReceiptFault.BeforeAnswer)
            return [.. steps.Select(step => step with { Due = createdAt })];
        return steps;

        LifeStep Step(DateTimeOffset due, MessageStatus status) => new()
        {
            Due = due,
            Status = status,
            Receipts = behaviour.Receipts switch
            {
                ReceiptFault.Lost => [],
                ReceiptFault.Duplicated => [status, status],
                _ => [status],
            },
        };
    }

    private static void Postpone(List<LifeStep> steps, MessageStatus status, DateTimeOffset due)
    {
        var index = steps.FindIndex(step => step.Status == status);
        if (index < 0)
            return;
        steps[index] = steps[index] with { Receipts = [] };
        steps.Add(new LifeStep { Due = due, Receipts = [status] });
    }
}
