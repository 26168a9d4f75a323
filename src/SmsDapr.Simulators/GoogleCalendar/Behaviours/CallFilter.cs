using System.Globalization;
using SmsDapr.Simulators.GoogleCalendar.Api;

namespace SmsDapr.Simulators.GoogleCalendar.Behaviours;

internal static class CallFilter
{
    /// <summary>Counts the calls of an endpoint and lets rules decide how they end.</summary>
    public static RouteHandlerBuilder WithCall(this RouteHandlerBuilder endpoint, CalendarCall call) =>
        endpoint.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var services = http.RequestServices;
            var calendarId = GoogleAnswers.CalendarId(http);
            var plans = services.GetRequiredService<CallPlans>();
            var clock = services.GetRequiredService<TimeProvider>();
            var incremental = http.Request.Query.ContainsKey("syncToken");
            var at = clock.GetUtcNow();
            if (plans.Take(call, calendarId) is { } rule)
            {
                var answer = await AnswerAsync(rule, http, clock, () => next(context));
                plans.Saw(new CallSeen(at, call, calendarId, StatusOf(answer, rule), incremental));
                return answer;
            }

            var result = await next(context);
            plans.Saw(new CallSeen(at, call, calendarId, StatusOf(result, null), incremental));
            return result;
        });

    private static int? StatusOf(object? answer, CallRule? rule) => answer is IStatusCodeHttpResult { StatusCode: var status }
        ? status ?? StatusCodes.Status200OK
        : rule is null ? StatusCodes.Status200OK : null;

    private static async ValueTask<object?> AnswerAsync(CallRule rule, HttpContext http, TimeProvider clock, Func<ValueTask<object?>> work)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            if (rule.Delay > TimeSpan.Zero)
                await Task.Delay(rule.Delay, clock, over.Token);
            if (rule.Done && rule.Answer != CallAnswer.Respond)
                await work();
            if (rule.Answer == CallAnswer.Hang)
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The caller went away, or this simulator does: nobody is left to answer.
            http.Abort();
            return Results.Empty;
        }

        if (rule.Answer == CallAnswer.Close)
        {
            http.Abort();
            return Results.Empty;
        }

        if (rule.Status is not { } status)
            return await work();
        if (rule.Done)
            await work();
        if (rule.RetryAfter is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return rule.Reason is { } reason ? GoogleAnswers.Error(status, reason) : GoogleAnswers.Page(status);
    }
}
