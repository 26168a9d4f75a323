namespace SmsDapr.Simulators.Twilio.Behaviours;

/// <summary>Ends a request the way its behaviour says.</summary>
internal static class Answering
{
    /// <summary>Waits, cuts the connection or refuses; otherwise runs <paramref name="accept"/>.</summary>
    public static async ValueTask<object?> AnswerAsync(
        this Behaviour behaviour, HttpContext http, TimeProvider clock, Func<ValueTask<object?>> accept)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            if (behaviour.Delay > TimeSpan.Zero)
                await Task.Delay(behaviour.Delay, clock, over.Token);
            if (behaviour.Answer == AnswerKind.Hang)
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, over.Token);
        }
        catch (OperationCanceledException)
        {
            // The caller went away, or this simulator does: nobody is left to answer.
            http.Abort();
            return Results.Empty;
        }

        if (behaviour.Answer == AnswerKind.Close)
        {
            http.Abort();
            return Results.Empty;
        }

        return behaviour.HttpStatus switch
        {
            null => await accept(),
            StatusCodes.Status401Unauthorized => TwilioAnswers.Unauthorized(http),
            var status when behaviour.Code is { } code => TwilioAnswers.Error(new TwilioError(code, status.Value)),
            var status => TwilioAnswers.Page(status.Value),
        };
    }
}
