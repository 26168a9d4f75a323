using Dapr;
using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Hosting.Problems;

internal static class ProblemsRegistration
{
    public static void AddProblems(this WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context => context.ProblemDetails.Extensions.Remove("traceId"));
        builder.Services.AddExceptionHandler<ExceptionAnswers>();
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        // Whatever the caller accepts: an error is always a problem.
        app.UseStatusCodePages(pages => Problem.Of(pages.HttpContext.Response.StatusCode, DetailOf(pages.HttpContext.Response.StatusCode)).ExecuteAsync(pages.HttpContext));
    }

    // For answers of the framework, which have a status only.
    private static string DetailOf(int status) =>
        status switch
        {
            StatusCodes.Status400BadRequest => "The request is not valid.",
            StatusCodes.Status401Unauthorized => "Send a valid API key or token, as Authorization: Bearer or X-Api-Key.",
            StatusCodes.Status403Forbidden => "This key may not do that.",
            StatusCodes.Status404NotFound => "There is nothing at this address.",
            StatusCodes.Status405MethodNotAllowed => "This address does not take that method.",
            StatusCodes.Status413PayloadTooLarge => "The request body is too large.",
            StatusCodes.Status415UnsupportedMediaType => "The request body must be application/json.",
            StatusCodes.Status429TooManyRequests => "Too many requests. Try again later.",
            _ => "The request could not be answered.",
        };
}

/// <summary>Answers for what handlers could not decide themselves.</summary>
internal sealed partial class ExceptionAnswers(ILogger<ExceptionAnswers> logger) : IExceptionHandler
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is BadHttpRequestException invalid)
        {
            await InvalidRequests.Describe(invalid).ExecuteAsync(httpContext);
            return true;
        }

        if (SidecarFailure(exception) is { } failure)
        {
            LogUnavailable(logger, failure);
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            var detail = exception is AcceptanceUnderWayException
                ? "Another request under this id may still be under way. Try again later."
                : "Storage is not answering. Try again later.";
            await Problem.Of(StatusCodes.Status503ServiceUnavailable, detail).ExecuteAsync(httpContext);
            return true;
        }

        if (exception is CalendarUnavailableException)
        {
            LogUnavailable(logger, "the calendar does not answer");
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            await Problem.Of(StatusCodes.Status503ServiceUnavailable, "The calendar is not answering. Try again later.").ExecuteAsync(httpContext);
            return true;
        }

        LogFailed(logger, exception);
        await Problem.Of(StatusCodes.Status500InternalServerError, "The service failed to answer. The failure is logged.").ExecuteAsync(httpContext);
        return true;
    }

    private static string? SidecarFailure(Exception exception) =>
        exception switch
        {
            SidecarUnavailableException unavailable => unavailable.Message,
            RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted } rpc => $"The sidecar answered {rpc.StatusCode}.",
            DaprException { InnerException: RpcException rpc } => SidecarFailure(rpc),
            _ => null,
        };

    [LoggerMessage(1000, LogLevel.Error, "A request failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(1001, LogLevel.Warning, "A request was answered 503: {Failure}")]
    private static partial void LogUnavailable(ILogger logger, string failure);
}
