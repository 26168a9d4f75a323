using SmsDapr.Simulators.Twilio.Accounts;
using SmsDapr.Simulators.Twilio.Behaviours;
using SmsDapr.Simulators.Twilio.Storage;

namespace SmsDapr.Simulators.Twilio.Messages;

/// <summary>Answers <c>POST Messages.json</c>. What it decides is on disk before the answer leaves.</summary>
internal sealed class CreateMessage(
    TwilioState state,
    MessageLife life,
    Plans plans,
    AccountAccess access,
    TwilioSids sids,
    TimeProvider clock,
    SimulatorOptions options)
{
    public static Task<object?> HandleAsync(string accountSid, HttpContext http, CreateMessage create) => create.RunAsync(accountSid, http);

    private async Task<object?> RunAsync(string accountSid, HttpContext http)
    {
        var form = await CreateMessageForm.ReadAsync(http.Request, http.RequestAborted);
        var now = clock.GetUtcNow();
        var credentials = access.Check(http.Request);
        if (credentials == Credentials.None)
        {
            state.Record(Seen(TwilioError.Unauthorized));
            return TwilioAnswers.Unauthorized(http);
        }

        if (accountSid != access.AccountOf(credentials))
        {
            state.Record(Seen(TwilioError.NotFound));
            return TwilioAnswers.Error(TwilioError.NotFound);
        }

        var (behaviour, cause) = BehaviourOf(form);
        if (!behaviour.CreatesMessage)
        {
            state.Record(Seen(null) with
            {
                Outcome = behaviour.Answer switch { AnswerKind.Close => "closed", AnswerKind.Hang => "hung", _ => "answered" },
                HttpStatus = behaviour.HttpStatus,
                Code = behaviour.Code,
                Behaviour = cause,
            });
            return await behaviour.AnswerAsync(http, clock, () => throw new InvalidOperationException("A refusal has nothing to accept."));
        }

        if (Problem(form, credentials, now) is { } problem)
        {
            var error = TwilioError.Invalid(problem);
            state.Record(Seen(error));
            return TwilioAnswers.Error(error);
        }

        var message = Build(form, behaviour, now);
        var created = TwilioAnswers.Ok(MessageJson.Of(message, accountSid), StatusCodes.Status201Created);
        if (credentials == Credentials.Test)
            return created;

        state.Create(message, Seen(null) with
        {
            Outcome = behaviour.Answer switch { AnswerKind.Close => "closed", AnswerKind.Hang => "hung", _ => "answered" },
            HttpStatus = behaviour.Answer == AnswerKind.Respond ? behaviour.HttpStatus ?? StatusCodes.Status201Created : null,
            Code = behaviour.Code,
            Sid = message.Sid,
            Behaviour = cause,
        });
        if (behaviour.Receipts == ReceiptFault.BeforeAnswer)
            await life.RunAsync(message);
        else
            life.Begin(message);
        return await behaviour.AnswerAsync(http, clock, () => ValueTask.FromResult<object?>(created));

        CreateRequestSeen Seen(TwilioError? error) => new(now, form.To, "answered", error?.Status, error?.Code, null, null);
    }

    private (Behaviour Behaviour, string? Cause) BehaviourOf(CreateMessageForm form)
    {
        if (plans.Take(Operation.Create, form.To, form.Body) is { } planned)
            return (planned, "plan");
        if (form.To is { } to && MagicNumbers.Find(to, state.CountRequest(to)) is { } magic)
            return (magic.Behaviour, magic.Name);
        if (form.To is not null && form.MessagingServiceSid is not null && state.IsOptedOut(form.To))
            return (MagicNumbers.Named("failed_21610")!.Behaviour, "opted_out");
        return (Behaviour.Ordinary, null);
    }

    private int? Problem(CreateMessageForm form, Credentials credentials, DateTimeOffset now)
    {
        if (form.Problem(credentials, now, options) is { } problem)
            return problem;
        // A Messaging Service accepts first and fails later.
        return form.MessagingServiceSid is null && state.IsOptedOut(form.To!) ? 21610 : null;
    }

    private Message Build(CreateMessageForm form, Behaviour behaviour, DateTimeOffset now)
    {
        var sendAt = form.ScheduledFor();
        var byService = form.MessagingServiceSid is not null;
        var body = form.SmartEncoded ? LookAlikes.Replace(form.Body!) : form.Body!;
        return new Message
        {
            Sid = sids.Next("SM"),
            From = form.From,
            To = form.To!,
            Body = body,
            MessagingServiceSid = form.MessagingServiceSid,
            Status = (byService, sendAt) switch
            {
                (false, _) => MessageStatus.Queued,
                (true, null) => MessageStatus.Accepted,
                _ => MessageStatus.Scheduled,
            },
            Segments = Segments.Count(body),
            CreatedAt = now,
            UpdatedAt = now,
            WebhookUrl = form.StatusCallback,
            Steps = LifePlan.For(behaviour, now, sendAt, byService, options),
        };
    }
}
