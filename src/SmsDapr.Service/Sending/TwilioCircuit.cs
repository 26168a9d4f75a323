using System.Net;
using Microsoft.Extensions.Http.Resilience;
using NodaTime;
using Polly;
using Polly.Timeout;

namespace SmsDapr.Service.Sending;

/// <summary>
/// Opens when nearly every call to Twilio fails on Twilio's side, so that messages wait instead of spending their attempts.
/// A refusal (4xx) is an answer and no failure.
/// </summary>
internal sealed partial class TwilioCircuit(TimeProvider time, IClock clock, ILogger<TwilioCircuit> logger)
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Instant? _openUntil;

    /// <summary>When calls are tried again; null while they are made.</summary>
    public Instant? OpenUntil
    {
        get
        {
            lock (_gate)
                return _openUntil > clock.GetCurrentInstant() ? _openUntil : null;
        }
    }

    /// <summary>A pipeline of its own: the circuit runs on the service's clock, the time limits around it on the network's.</summary>
    public ResiliencePipeline<HttpResponseMessage> Build() =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
            {
                FailureRatio = 0.9,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = Break,
                ShouldHandle = args => ValueTask.FromResult(IsFailure(args.Outcome)),
                OnOpened = args => Opened(args.BreakDuration),
                OnClosed = _ => Closed(),
            })
            .Build();

    private static bool IsFailure(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: >= HttpStatusCode.InternalServerError } => true,
        _ => false,
    };

    private ValueTask Opened(TimeSpan duration)
    {
        lock (_gate)
            _openUntil = clock.GetCurrentInstant() + Duration.FromTimeSpan(duration);
        LogOpened(logger, duration);
        return ValueTask.CompletedTask;
    }

    private ValueTask Closed()
    {
        lock (_gate)
            _openUntil = null;
        LogClosed(logger);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(3010, LogLevel.Error, "Nearly every call to Twilio fails; messages wait for {Duration}")]
    private static partial void LogOpened(ILogger logger, TimeSpan duration);

    [LoggerMessage(3011, LogLevel.Information, "Twilio answers again")]
    private static partial void LogClosed(ILogger logger);
}
