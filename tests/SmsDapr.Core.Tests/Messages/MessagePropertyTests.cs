using CsCheck;
using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

public sealed class MessagePropertyTests
{
    private static readonly int?[] Codes = [null, 20003, 20429, 20503, 21211, 21610, 30002, 30003, 30006, 30008, 30022, 99999];
    private static readonly string[] Words = ["accepted", "queued", "sending", "sent", "delivered", "read", "undelivered", "failed", "canceled", "received"];

    private static readonly Gen<int> GenAttempt = Gen.Int[1, 4];
    private static readonly Gen<int?> GenCode = Gen.OneOf(Codes);
    private static readonly Gen<string> GenWord = Gen.OneOf(Words);

    // Mostly the sid that belongs to the attempt, sometimes that of another.
    private static readonly Gen<(int Attempt, string Sid)> GenIds =
        Gen.Select(GenAttempt, Gen.Int[0, 9], (attempt, stray) => (attempt, Sid(stray == 0 ? attempt % 4 + 1 : attempt)));

    private static readonly Gen<ProviderError> GenError = Gen.Select(
        GenCode, Gen.OneOf<int?>(null, 400, 401, 429, 500), Gen.OneOf("", "null", "undefined", "To +12025550671 is wrong"),
        (code, status, text) => new ProviderError(code, status, text));

    private static readonly Gen<Func<Message, Instant, Transition>> GenFact = Gen.Frequency(
        (4, Gen.Const<Func<Message, Instant, Transition>>((m, _) => m.BeginAttempt(Phone, m.DueAt))),
        (3, GenIds.SelectMany(ids => GenWord.Select<string, Func<Message, Instant, Transition>>(word => (m, now) => m.AttemptAccepted(ids.Attempt, ids.Sid, word, now)))),
        (2, GenAttempt.SelectMany(n => GenError.Select<ProviderError, Func<Message, Instant, Transition>>(error => (m, now) => m.AttemptRefused(n, error, now, Retry)))),
        (2, GenAttempt.SelectMany(n => GenError.Select<ProviderError, Func<Message, Instant, Transition>>(error => (m, now) => m.AttemptLost(n, error, now)))),
        (2, GenAttempt.Select<int, Func<Message, Instant, Transition>>(n => (m, now) => m.AttemptAbsent(n, now, Retry))),
        (1, GenAttempt.Select<int, Func<Message, Instant, Transition>>(n => (m, now) => m.RestartAttempt(n, Phone, now))),
        (1, GenAttempt.Select<int, Func<Message, Instant, Transition>>(n => (m, now) => m.AttemptWithdrawn(n, now + Duration.FromSeconds(30), now))),
        (2, Gen.Select(GenIds, GenWord, GenCode).Select<((int Attempt, string Sid) Ids, string Word, int? Code), Func<Message, Instant, Transition>>(
            x => (m, now) => m.AttemptFound(x.Ids.Attempt, x.Ids.Sid, x.Word, x.Code, now, Retry))),
        (6, Gen.Select(GenIds, GenWord, GenCode, Gen.Bool).Select<((int Attempt, string Sid) Ids, string Word, int? Code, bool Named), Func<Message, Instant, Transition>>(
            x => (m, now) => m.ApplyReceipt(new ReceiptFact(x.Named ? x.Ids.Attempt : null, x.Ids.Sid, x.Word, x.Code, now, TimelineSource.Twilio), Retry))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.Cancel(StatusReason.UserCancelled, TimelineSource.Api, now))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.End(StatusReason.Expired, TimelineSource.Workflow, now))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.Defer(now + Duration.FromHours(8), StatusReason.QuietHours, TimelineSource.Workflow, now))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.KeepDeferral(Anyone, TimelineSource.Api, now))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.Move(now + Duration.FromHours(1), null, TimelineSource.Api, now))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.Pause(now + Duration.FromMinutes(1), now))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.MarkUnconfirmed(TimelineSource.Workflow, now))),
        (1, Gen.Const<Func<Message, Instant, Transition>>((m, now) => m.Accept(now))));

    [Fact]
    public void Any_facts_in_any_order_keep_both_records_consistent_and_move_only_forward() =>
        Gen.Select(Gen.Int[1, 4], Gen.Select(GenFact, Gen.Int[-60, 600]).List[1, 40]).Sample(
            (maxAttempts, steps) =>
            {
                var message = Scheduled(maxAttempts);
                var clock = Noon;
                foreach (var (fact, seconds) in steps)
                {
                    clock += Duration.FromSeconds(seconds);
                    if (fact(message, clock) is Transition.Changed { Next: var next })
                    {
                        next.ShouldBeConsistent();
                        next.ShouldFollow(message);
                        message = next;
                    }
                }

                message.ShouldSurviveStoring();
            },
            iter: Effort.Samples(3000));

    [Fact]
    public void Any_fact_told_twice_changes_once() =>
        Gen.Select(GenFact.List[0, 15], GenFact).Sample(
            (steps, fact) =>
            {
                var message = steps.Aggregate(Scheduled(), (current, step) => step(current, Noon) is Transition.Changed changed ? changed.Next : current);
                if (fact(message, Noon) is not Transition.Changed { Next: var once } || fact(once, Noon) is not Transition.Changed { Next: var twice })
                    return;

                // Only commands about a new time or a new request may take effect again.
                twice.Status.ShouldBeOneOf(MessageStatus.Scheduled, MessageStatus.Sending);
                twice.Attempts.ShouldBe(once.Attempts);
            },
            iter: Effort.Samples(3000));

    [Fact]
    public void Answer_and_receipts_of_an_attempt_in_any_order_with_duplicates_come_to_the_same_record()
    {
        var outcomes = new (string? Word, int? Code)[] { (null, null), ("delivered", null), ("undelivered", 30008), ("failed", 21610), ("canceled", null) };
        Gen.Select(Gen.OneOf(outcomes), Gen.Bool, Gen.Bool).SelectMany(
            (outcome, withSending, maxOne) =>
            {
                Func<Message, Transition> Told(string word, int? code = null) => m => m.ApplyReceipt(Receipt(word, code: code), Retry);
                List<Func<Message, Transition>> facts = [m => m.AttemptAccepted(1, Sid1, "accepted", At(5)), Told("queued"), Told("sent")];
                if (withSending)
                    facts.Add(Told("sending"));
                if (outcome.Word is { } word)
                    facts.Add(Told(word, outcome.Code));
                Func<Message, Transition>[] twice = [.. facts, .. facts];
                return Gen.Shuffle(twice).Select(order => (Order: order, Facts: facts, MaxAttempts: maxOne ? 1 : 3));
            })
            .Sample(
                x => Tell(InFlight(x.MaxAttempts), x.Order).Comparable().ShouldBe(Tell(InFlight(x.MaxAttempts), x.Facts).Comparable()),
                iter: Effort.Samples(3000));
    }

    [Fact]
    public void Delivered_wins_whatever_else_the_receipts_of_all_attempts_say() =>
        Gen.Select(Gen.Int[1, 2], Gen.Select(Gen.Int[1, 2], GenWord, GenCode).List[0, 12]).SelectMany(
            (delivered, others) => Gen.Shuffle(others.Append((delivered, "delivered", null)).ToArray()))
            .Sample(
                receipts =>
                {
                    var message = InFlightAgain();
                    foreach (var (attempt, word, code) in receipts)
                    {
                        if (message.ApplyReceipt(Receipt(word, attempt, Sid(attempt), code, seconds: 600), Retry) is Transition.Changed changed)
                            message = changed.Next;
                    }

                    message.Status.ShouldBe(MessageStatus.Delivered);
                    message.ShouldBeConsistent();
                    message.ShouldSurviveStoring();
                },
                iter: Effort.Samples(3000));

    private static string Sid(int attempt) => $"SM{attempt:D32}";

    private static Message Tell(Message message, IEnumerable<Func<Message, Transition>> facts) =>
        facts.Aggregate(message, (current, fact) => fact(current) is Transition.Changed changed ? changed.Next : current);
}

file static class Comparing
{
    // Whether the SMS was ever seen at the carrier before it failed is history, not outcome.
    public static string Comparable(this Message message) => (message with
    {
        Sms = message.Sms with { SentAt = null, Attempts = [.. message.Sms.Attempts.Select(attempt => attempt with { SentAt = null })] },
    }).Json();
}
