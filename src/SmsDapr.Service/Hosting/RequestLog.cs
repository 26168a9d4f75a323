namespace SmsDapr.Service.Hosting;

/// <summary>
/// One line per request, with the route's pattern in place of the path: paths and queries carry user ids, codes and numbers.
/// Failures of the service are errors, refusals information, the rest debug.
/// </summary>
internal static partial class RequestLog
{
    public static void UseRequestLog(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("SmsDapr.Service.Requests");
        app.Use(async (context, next) =>
        {
            var started = TimeProvider.System.GetTimestamp();
            // Taken now: the exception handler clears it.
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
            await next(context);
            var level = LevelOf(context.Response.StatusCode);
            if (logger.IsEnabled(level))
            {
                var elapsed = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
                Log(logger, level, context.Request.Method, route, context.Response.StatusCode, elapsed);
            }
        });
    }

    private static LogLevel LevelOf(int status) =>
        status switch
        {
            StatusCodes.Status503ServiceUnavailable => LogLevel.Warning,
            >= 500 => LogLevel.Error,
            >= 400 => LogLevel.Information,
            _ => LogLevel.Debug,
        };

    [LoggerMessage(EventId = 1002, Message = "{Method} {Route} answered {Status} in {Milliseconds:F1} ms")]
    private static partial void Log(ILogger logger, LogLevel level, string method, string route, int status, double milliseconds);
}
