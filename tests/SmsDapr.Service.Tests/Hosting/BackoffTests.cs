using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Service.Hosting.Storage;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class BackoffTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3.1);

    private readonly FakeTimeProvider _clock = new();
    private readonly Backoff _backoff;
    private int _calls;

    public BackoffTests() => _backoff = new Backoff(() => 0.5, _clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_thatTookAllItsTime_isMadeOnceMore()
    {
        var answer = _backoff.RepeatAsync(() => CallAsync(failures: 1), Cancellation);
        _calls.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await answer).ShouldBe(2);
    }

    [Fact]
    public async Task Store_thatTookAllTheTimeTwice_isGivenUpAndGetsOneTryUntilItAnswers()
    {
        var first = _backoff.RepeatAsync(() => CallAsync(failures: 3), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<StateStoreUnavailableException>(first);
        _calls.ShouldBe(2);

        await Should.ThrowAsync<StateStoreUnavailableException>(_backoff.RepeatAsync(() => CallAsync(failures: 3), Cancellation));
        _calls.ShouldBe(3);

        (await _backoff.RepeatAsync(() => CallAsync(failures: 3), Cancellation)).ShouldBe(4);
    }

    private Task<int> CallAsync(int failures)
    {
        _calls++;
        if (_calls > failures)
            return Task.FromResult(_calls);
        _clock.Advance(Deadline);
        return Task.FromException<int>(new RpcException(new Status(StatusCode.DeadlineExceeded, "")));
    }
}
