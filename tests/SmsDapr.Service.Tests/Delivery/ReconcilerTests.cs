using System.Net;
using Dapr.Workflow;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Delivery;

public sealed class ReconcilerTests : IAsyncLifetime
{
    // On the clock of the sidecar, which is the real one. What a workflow waits for until then, it is only ever told.
    private static readonly DateTime FarAway = new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly RunningService _service = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MessageRepository Messages => _service.Services.GetRequiredService<MessageRepository>();

    private MessageIndex Index => _service.Services.GetRequiredService<MessageIndex>();

    private MessageEngine Engine => _service.Services.GetRequiredService<MessageEngine>();

    private Instant Now => _service.Services.GetRequiredService<IClock>().GetCurrentInstant();

    public ValueTask InitializeAsync() => _service.InitializeAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_record_that_was_never_accepted_leaves_the_list_and_frees_its_id()
    {
        await VerifyAsync();
        var message = await StoreAsync("never-accepted");

        (await ListedAsync(message)).ShouldBe(["never-accepted"]);
        await ReconcileAsync(Duration.FromMinutes(6));

        (await ListedAsync(message)).ShouldBeEmpty();
        var left = (await Messages.FindAsync("never-accepted", Cancellation))!.Value;
        left.Body.ShouldBeEmpty();
        left.Sms.To.ShouldBeNull();
        var (status, _) = await _service.SendAsync(
            RunningService.AdminKey, HttpMethod.Post, "/v1/messages", new { id = "never-accepted", userId = "anna", body = "another text" });
        status.ShouldBe(HttpStatusCode.Accepted);
        (await ListedAsync(message)).ShouldBe(["never-accepted"]);
    }

    [Fact]
    public async Task A_record_whose_acceptance_is_under_way_is_left_alone()
    {
        var message = await StoreAsync("under-way");
        _service.Clock.Advance(TimeSpan.FromMinutes(5.5));
        await Messages.ApplyAsync("under-way", current => current.Touch(Now), Cancellation);

        await ReconcileAsync(Duration.FromSeconds(30));
        (await ListedAsync(message)).ShouldBe(["under-way"]);
        await ReconcileAsync(Duration.FromMinutes(2));
        (await ListedAsync(message)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_delivered_message_whose_workflow_was_never_told_is_brought_to_its_end()
    {
        var message = await StoreAsync("untold");
        await Messages.ApplyAsync("untold", Sent, Cancellation);
        await Engine.StartAsync(nameof(MessageWorkflow), "untold", new MessageRun("untold", LookAgainAt: FarAway), Cancellation);
        await Messages.ApplyAsync("untold", current => current.ApplyReceipt(
            new ReceiptFact(1, "SM1", "delivered", null, Now, TimelineSource.Twilio), RetryOptions.Default), Cancellation);
        (await Engine.FindAsync("untold", Cancellation)).IsWorkflowCompleted.ShouldBeFalse();

        await ReconcileAsync(Duration.FromMinutes(6));

        var end = await _service.Services.GetRequiredService<DaprWorkflowClient>().WaitForWorkflowCompletionAsync("untold", true, Cancellation);
        end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed);
    }

    [Fact]
    public async Task A_failure_that_comes_after_the_delivery_timeout_is_still_worth_another_attempt()
    {
        await StoreAsync("late");
        await Messages.ApplyAsync("late", Sent, Cancellation);
        await Messages.ApplyAsync("late", current => current.MarkUnconfirmed(TimelineSource.Reconciler, Now), Cancellation);

        var after = await _service.Services.GetRequiredService<ReceiptMerge>().TakeAsync(
            "late", new ReceiptFact(1, "SM1", "undelivered", 30003, Now, TimelineSource.Twilio), Cancellation);

        after!.Status.ShouldBe(MessageStatus.Scheduled);
        var workflow = await Engine.FindAsync("late", Cancellation);
        workflow.Exists.ShouldBeTrue();
        workflow.IsWorkflowCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_store_that_is_down_loses_nothing_of_the_minute()
    {
        var message = await StoreAsync("later");
        _service.Faults.SetDown(true);
        (await PostAsync(Duration.FromMinutes(6))).ShouldBe(HttpStatusCode.ServiceUnavailable);
        _service.Faults.SetDown(false);

        await ReconcileAsync(Duration.FromMinutes(3));

        (await ListedAsync(message)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_minute_that_another_process_left_behind_is_gone_through()
    {
        var message = await StoreAsync("left-behind");
        await using var other = await _service.StartServiceAsync(_service.GrpcAddress);

        _service.Clock.Advance(TimeSpan.FromMinutes(6));
        await other.Services.GetRequiredService<Reconciler>().RunAsync(Cancellation);

        (await ListedAsync(message)).ShouldBeEmpty();
    }

    [Fact]
    public async Task More_messages_of_one_minute_than_a_document_holds_are_all_found()
    {
        const int Count = 2_000;
        var open = _service.Services.GetRequiredService<OpenMessages>();
        var ids = SameShard().Take(Count).ToList();
        await Task.WhenAll(ids.Select(id => open.AddAsync(id, Now, Cancellation)));

        var minute = (await open.MinutesAsync(Now, Now + Duration.FromHours(1), Cancellation)).ShouldHaveSingleItem();
        (await open.ReadAsync(minute, Cancellation)).Ids.Order().ShouldBe(ids.Order());
    }

    /// <summary>Ids that all land in one shard, whichever it is.</summary>
    private static IEnumerable<string> SameShard() =>
        Enumerable.Range(0, int.MaxValue).Select(number => $"message-{number}").Where(id => OpenMessages.ShardOf(id) == 0);

    private Transition Sent(Message message)
    {
        var accepted = ((Transition.Changed)message.Accept(Now)).Next;
        var begun = ((Transition.Changed)accepted.BeginAttempt("+12025550147", Now)).Next;
        return begun.AttemptAccepted(1, "SM1", "queued", Now);
    }

    private async Task<Message> StoreAsync(string id)
    {
        var message = MessageLifecycle.Create(
            new NewMessage
            {
                Id = id,
                UserId = "anna",
                Type = MessageType.Custom,
                Text = new MessageText("text", BodySource.Caller),
                SendAt = Now,
                TimeZone = "UTC",
                MaxAttempts = 3,
                Source = TimelineSource.Api,
            },
            Now);
        await Index.AddAsync("anna", Now, id, Cancellation);
        (await Messages.TryCreateAsync(message, Cancellation)).ShouldBeTrue();
        return message;
    }

    private Task<IReadOnlyList<string>> ListedAsync(Message message) =>
        Index.IdsAsync("anna", MessageIndex.DayOf(message.SendAt), Cancellation);

    private async Task VerifyAsync()
    {
        var (status, _) = await _service.SendAsync(
            RunningService.AdminKey, HttpMethod.Put, "/v1/users/anna/phone", new { phoneNumber = "+12025550147", verified = true });
        status.ShouldBe(HttpStatusCode.OK);
    }

    private async Task ReconcileAsync(Duration later) => (await PostAsync(later)).ShouldBe(HttpStatusCode.OK);

    private async Task<HttpStatusCode> PostAsync(Duration later)
    {
        _service.Clock.Advance(later.ToTimeSpan());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/cron/reconcile");
        request.Headers.Add("dapr-api-token", RunningService.SidecarToken);
        using var response = await _service.Anonymous.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
