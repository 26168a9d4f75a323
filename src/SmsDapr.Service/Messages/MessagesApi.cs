using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using NodaTime.Text;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Auth;
using SmsDapr.Service.Hosting.Problems;
using SmsDapr.Service.Planning;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Messages;

/// <summary>Sending texts and following them.</summary>
internal static class MessagesApi
{
    private const string NotFoundDetail = "There is no such message.";
    internal const int MaxKeyLength = 255;

    public static void MapMessages(this IEndpointRouteBuilder routes)
    {
        var messages = routes.MapGroup("/v1/messages").RequireAuthorization(Policies.Anyone).WithTags("Messages");
        messages.MapPost("/", CreateAsync)
            .WithName("createMessage")
            .WithSummary("Send a text, now or at a time")
            .WithRequestExample("""{ "userId": "anna", "body": "Your table is ready", "sendAt": "2030-01-15T09:45:00Z", "maxLateness": "PT30M" }""")
            .WithIdempotency()
            .Produces<MessageView>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict);
        messages.MapGet("/{id}", GetAsync)
            .WithName("getMessage")
            .WithSummary("A message with its attempts and timeline")
            .WithEntityTag()
            .Produces<MessageView>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        messages.MapGet("/{id}/explanation", ExplainAsync)
            .WithName("explainMessage")
            .WithSummary("Why a message will or will not go out: every rule, run now, changing nothing")
            .WithEntityTag()
            .Produces<ExplanationView>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        messages.MapPost("/{id}/cancel", CancelAsync)
            .WithName("cancelMessage")
            .WithSummary("Cancel a message that waits")
            .Produces<MessageView>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        messages.MapPost("/{id}/regenerate", RegenerateAsync)
            .WithName("regenerateMessage")
            .WithSummary("Write a new text for a reminder that waits")
            .Produces<MessageView>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        messages.MapPatch("/{id}", PatchAsync)
            .WithName("patchMessage")
            .WithSummary("Move or reword a message that waits")
            .WithRequestExample("""{ "sendAt": "2030-01-15T10:15:00Z", "body": "Your table will be ready a little later" }""")
            .Produces<MessageView>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        routes.MapGet("/v1/messages", ListAllAsync)
            .WithName("listMessages")
            .RequireAuthorization(Policies.Admin)
            .WithTags("Messages")
            .WithSummary("Messages across users, ascending by send time")
            .WithMessageQuery()
            .WithEntityTag()
            .Produces<MessagePage>();
        routes.MapGroup("/v1/users/{userId}/messages")
            .RequireAuthorization(Policies.OwnUser)
            .AddEndpointFilter(UsersApi.RefuseBadUserId)
            .WithTags("Messages")
            .MapGet("/", ListAsync)
            .WithName("listUserMessages")
            .WithSummary("A user's messages, ascending by send time")
            .WithMessageQuery()
            .WithEntityTag()
            .Produces<MessagePage>();
    }

    private static async Task<Results<Accepted<MessageView>, Ok<MessageView>, ProblemHttpResult>> CreateAsync(
        CreateMessageRequest request,
        Caller caller,
        MessageAcceptance acceptance,
        IdempotencyKeys keys,
        TimeProvider time,
        HttpResponse response,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        CancellationToken cancellation)
    {
        var validation = request.Validate()
            .Check(idempotencyKey is null or { Length: >= 1 and <= MaxKeyLength }, "Idempotency-Key", $"must have 1 to {MaxKeyLength} characters");
        if (!validation.IsValid)
            return Problem.Invalid(validation);
        if (!caller.MayActFor(request.UserId!))
            return Problem.Forbidden();

        var keyId = idempotencyKey is null ? null : MessageId.FromIdempotencyKey(caller, idempotencyKey);
        if (keyId is not null && !await keys.TryUseAsync(keyId, request.Id, cancellation))
            return IdempotencyConflict();

        var id = request.Id ?? keyId ?? MessageId.New(time.GetUtcNow());
        var mayExist = request.Id is not null || keyId is not null;
        var location = $"/v1/messages/{id}";
        var outcome = await acceptance.AcceptAsync(id, mayExist, request, caller.Name, cancellation);
        if (keyId is not null && request.Id is not null && outcome is not (Acceptance.Accepted or Acceptance.Repeated or Acceptance.Conflict))
            await keys.FreeAsync(keyId, request.Id, cancellation);
        switch (outcome)
        {
            case Acceptance.Accepted accepted:
                return TypedResults.Accepted(location, MessageView.Of(accepted.Message, caller));
            case Acceptance.Repeated repeated:
                response.Headers.Location = location;
                return TypedResults.Ok(MessageView.Of(repeated.Message, caller));
            case Acceptance.Conflict:
                return IdempotencyConflict();
            case Acceptance.InThePast past:
                return Problem.Invalid(past.Field, "must not lie in the past");
            case Acceptance.TooFarAhead far:
                return Problem.Invalid(far.Field, CreateMessageRequest.FarAway);
            case Acceptance.UnknownEvent:
                return Problem.Invalid("calendarEventId", "must be a timed event ahead in the user's connected calendar");
            case Acceptance.Refused { Reason: StatusReason.OptedOut }:
                return Problem.Conflict("opted_out", "The user opted out of texts.");
            case Acceptance.Refused { Reason: StatusReason.PhoneNotVerified }:
                return Problem.Conflict("phone_not_verified", "The user has no verified phone number.");
            case var other:
                throw new InvalidOperationException($"Unexpected outcome {other.GetType().Name}.");
        }
    }

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> GetAsync(
        string id, Caller caller, MessageAccess access, CancellationToken cancellation) =>
        await access.FindAsync(id, caller, cancellation) is { } message
            ? TypedResults.Ok(MessageView.Of(message, caller))
            : Problem.NotFound(NotFoundDetail);

    private static async Task<Results<Ok<ExplanationView>, ProblemHttpResult>> ExplainAsync(
        string id, Caller caller, MessageAccess access, SendGuard guard, CancellationToken cancellation) =>
        await access.FindAsync(id, caller, cancellation) is { } message
            ? TypedResults.Ok(ExplanationView.Of(await guard.ExplainAsync(message, cancellation)))
            : Problem.NotFound(NotFoundDetail);

    private static async Task<Results<Ok<MessagePage>, ProblemHttpResult>> ListAllAsync(
        Caller caller,
        MessageLists lists,
        CancellationToken cancellation,
        string? status = null,
        string? from = null,
        string? to = null,
        string? date = null,
        string? limit = null,
        string? cursor = null)
    {
        var day = date is null ? null : LocalDatePattern.Iso.Parse(date);
        var validation = MessageQuery.TryRead(status, from, to, limit, cursor, out var query)
            .Check(day is null or { Success: true }, "date", "must be a date such as 2026-03-08");
        if (!validation.IsValid)
            return Problem.Invalid(validation);
        return TypedResults.Ok(await lists.OfAllAsync(day is null ? query : query.On(day.Value), caller, cancellation));
    }

    private static async Task<Results<Ok<MessagePage>, ProblemHttpResult>> ListAsync(
        string userId,
        Caller caller,
        MessageLists lists,
        CancellationToken cancellation,
        string? status = null,
        string? from = null,
        string? to = null,
        string? limit = null,
        string? cursor = null)
    {
        var validation = MessageQuery.TryRead(status, from, to, limit, cursor, out var query);
        return validation.IsValid
            ? TypedResults.Ok(await lists.OfUserAsync(userId, query, caller, cancellation))
            : Problem.Invalid(validation);
    }

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> CancelAsync(
        string id, Caller caller, MessageAccess access, MessageChangesByCaller changes, CancellationToken cancellation)
    {
        if (await access.FindAsync(id, caller, cancellation) is null)
            return Problem.NotFound(NotFoundDetail);
        return Answer(await changes.CancelAsync(id, StatusReason.UserCancelled, TimelineSource.Api, cancellation), caller);
    }

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> PatchAsync(
        string id,
        PatchMessageRequest request,
        Caller caller,
        MessageAccess access,
        MessageChangesByCaller changes,
        IClock clock,
        CancellationToken cancellation)
    {
        var validation = request.Validate(clock.GetCurrentInstant());
        if (!validation.IsValid)
            return Problem.Invalid(validation);
        if (await access.FindAsync(id, caller, cancellation) is not { } message)
            return Problem.NotFound(NotFoundDetail);
        return Answer(await changes.PatchAsync(message.UserId, id, request.SendAt.Value, request.Body.Value, cancellation), caller);
    }

    private static ProblemHttpResult IdempotencyConflict() =>
        Problem.Conflict("idempotency_conflict", "Another request was accepted under this id or idempotency key.");

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> RegenerateAsync(
        string id, Caller caller, MessageAccess access, ReminderRewording rewording, CancellationToken cancellation)
    {
        if (await access.FindAsync(id, caller, cancellation) is not { } message)
            return Problem.NotFound(NotFoundDetail);
        if (message.Type != MessageType.EventReminder)
            return Problem.Conflict("caller_text", "The caller wrote this text; change it with PATCH.");
        return Answer(await rewording.RewordAsync(message, cancellation), caller);
    }

    private static Results<Ok<MessageView>, ProblemHttpResult> Answer(Transition? transition, Caller caller) =>
        transition switch
        {
            Transition.Changed { Next: var next } => TypedResults.Ok(MessageView.Of(next, caller)),
            Transition.Unchanged { Current: var current } => TypedResults.Ok(MessageView.Of(current, caller)),
            null => Problem.NotFound(NotFoundDetail),
            _ => Problem.Conflict("not_scheduled", "The message is being sent, was sent or has ended, so it can no longer be changed."),
        };
}
