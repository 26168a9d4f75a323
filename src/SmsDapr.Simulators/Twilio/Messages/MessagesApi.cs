using SmsDapr.Simulators.Twilio.Accounts;
using SmsDapr.Simulators.Twilio.Behaviours;
using SmsDapr.Simulators.Twilio.Storage;

namespace SmsDapr.Simulators.Twilio.Messages;

internal static class MessagesApi
{
    public static void MapMessages(this IEndpointRouteBuilder app)
    {
        var account = app.MapGroup("/2010-04-01/Accounts/{accountSid}");
        account.MapPost("/Messages.json", CreateMessage.HandleAsync);

        var resources = account.MapGroup("").AddEndpointFilter(CheckAccessAsync);
        resources.MapGet("/Messages.json", List);
        resources.MapGet("/Messages/{sid}.json", Fetch);
        resources.MapPost("/Messages/{sid}.json", UpdateAsync);
        resources.MapDelete("/Messages/{sid}.json", Delete);

        app.Map("/2010-04-01/{**rest}", (HttpContext http, AccountAccess access) => access.Check(http.Request) == Credentials.None
            ? TwilioAnswers.Unauthorized(http)
            : TwilioAnswers.Error(TwilioError.NotFound));
    }

    private static async ValueTask<object?> CheckAccessAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        var planned = services.GetRequiredService<Plans>().Take(Operation.Read) ?? Behaviour.Ordinary;
        return await planned.AnswerAsync(http, services.GetRequiredService<TimeProvider>(), async () =>
        {
            var access = services.GetRequiredService<AccountAccess>();
            return access.Check(http.Request) switch
            {
                Credentials.None => TwilioAnswers.Unauthorized(http),
                Credentials.Test => TwilioAnswers.Error(new TwilioError(20008, StatusCodes.Status403Forbidden)),
                var own when (string?)http.GetRouteValue("accountSid") != access.AccountOf(own) =>
                    TwilioAnswers.Error(TwilioError.NotFound),
                _ => await next(context),
            };
        });
    }

    private static IResult List(string accountSid, HttpRequest request, TwilioState state)
    {
        var filter = MessageFilter.Read(request.Query);
        var page = state.List(filter);
        var path = $"/2010-04-01/Accounts/{accountSid}/Messages.json";
        var start = filter.Page * filter.PageSize;
        return TwilioAnswers.Ok(new MessagePageJson(
            Uri(0, null),
            start + Math.Max(page.Messages.Count - 1, 0),
            null,
            [.. page.Messages.Select(message => MessageJson.Of(message, accountSid))],
            Uri(filter.Page, filter.After),
            filter.PageSize,
            start,
            page.HasMore ? Uri(filter.Page + 1, page.Messages[^1].Sid) : null,
            filter.Page));

        string Uri(int number, string? after)
        {
            var query = request.Query
                .Where(pair => pair.Key is not ("PageSize" or "Page" or "PageToken"))
                .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value))
                .Append(new("PageSize", $"{filter.PageSize}"))
                .Append(new("Page", $"{number}"));
            if (after is not null)
                query = query.Append(new("PageToken", $"PA{after}"));
            return path + QueryString.Create(query);
        }
    }

    private static IResult Fetch(string accountSid, string sid, TwilioState state) => state.Find(sid) is { } message
        ? TwilioAnswers.Ok(MessageJson.Of(message, accountSid, fetched: true))
        : TwilioAnswers.Error(TwilioError.NotFound);

    private static async Task<IResult> UpdateAsync(
        string accountSid, string sid, HttpRequest request, TwilioState state, MessageLife life, TimeProvider clock)
    {
        if (state.Find(sid) is not { } message)
            return TwilioAnswers.Error(TwilioError.NotFound);
        var form = request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;
        var (cancels, redacts) = (form.ContainsKey("Status"), form.ContainsKey("Body"));
        if (cancels == redacts || (cancels && form["Status"] != "canceled") || (redacts && !string.IsNullOrEmpty(form["Body"])))
            return TwilioAnswers.Error(30400);
        if (redacts)
        {
            // Until it has arrived, the text is still needed.
            if (message.NextStep is not null)
                return TwilioAnswers.Error(new TwilioError(20009, StatusCodes.Status409Conflict));
            return TwilioAnswers.Ok(MessageJson.Of(state.Redact(sid, clock.GetUtcNow()) ?? message, accountSid));
        }

        if (message.Status is not (MessageStatus.Accepted or MessageStatus.Scheduled or MessageStatus.Queued)
            || life.Divert(sid, Cancelled(clock.GetUtcNow())) is not { } cancelled)
            return TwilioAnswers.Error(new TwilioError(30409, StatusCodes.Status409Conflict));
        return TwilioAnswers.Ok(MessageJson.Of(cancelled, accountSid));
    }

    private static LifeStep Cancelled(DateTimeOffset at) =>
        new() { Due = at, Status = MessageStatus.Canceled, Receipts = [MessageStatus.Canceled] };

    private static IResult Delete(string sid, TwilioState state)
    {
        switch (state.Find(sid))
        {
            case null:
                return TwilioAnswers.Error(TwilioError.NotFound);
            case { NextStep: not null }:
                return TwilioAnswers.Error(new TwilioError(20009, StatusCodes.Status409Conflict));
            default:
                state.Delete(sid);
                return Results.NoContent();
        }
    }
}
