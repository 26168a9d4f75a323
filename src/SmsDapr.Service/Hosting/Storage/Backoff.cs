using Grpc.Core;

namespace SmsDapr.Service.Hosting.Storage;

/// <summary>
/// Repeats calls to the sidecar after a jittered pause. All of this is network time, so it runs on the real clock also
/// where the service's own clock stands still. Also a call that took all the time there is gets a second try, since its cause may
/// have been this machine. A store that was given up on gets one try per call until it answers again: an outage
/// of hours costs little, and its end is found at once.
/// </summary>
/// <param name="random">Numbers from 0 to 1, safe for concurrent use.</param>
/// <param name="network">The clock of the network: the real one.</param>
internal sealed class Backoff(Func<double> random, TimeProvider network)
{
    private const int MaxAttempts = 4;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Unit = TimeSpan.FromMilliseconds(20);

    private volatile bool _givenUp;

    /// <exception cref="StateStoreUnavailableException">It kept failing.</exception>
    public async Task<T> RepeatAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        var started = network.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await call();
                _givenUp = false;
                return answer;
            }
            catch (RpcException failure)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_givenUp || attempt == MaxAttempts || (attempt > 1 && network.GetElapsedTime(started) > Budget) || IsHopeless(failure.StatusCode))
                {
                    _givenUp = true;
                    throw new StateStoreUnavailableException($"The state store answered {failure.StatusCode}.", failure);
                }
            }

            await PauseAsync(attempt, cancellation);
        }
    }

    /// <summary>Waits around 20 ms, 40 ms, 80 ms… for attempts 1, 2, 3…</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellation) =>
        Task.Delay(Unit * ((1 << Math.Min(attempt - 1, 4)) * (0.5 + random())), network, cancellation);

    // A wrong store name or token does not get better.
    private static bool IsHopeless(StatusCode code) =>
        code is StatusCode.FailedPrecondition or StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented;
}
