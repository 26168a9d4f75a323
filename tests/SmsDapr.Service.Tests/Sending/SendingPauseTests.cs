using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>Two replicas beside one state store, and a Twilio that counts the reads it is probed with.</summary>
public sealed class SendingPauseTests : IAsyncLifetime
{
    private readonly RunningService _service = new();
    private WebApplication? _twilio;
    private WebApplication? _one;
    private WebApplication? _other;
    private int _reads;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpStatusCode Answer { get; set; } = HttpStatusCode.Unauthorized;

    private SendingPause One => _one!.Services.GetRequiredService<SendingPause>();

    private SendingPause Other => _other!.Services.GetRequiredService<SendingPause>();

    private Instant Now => _one!.Services.GetRequiredService<IClock>().GetCurrentInstant();

    public async ValueTask InitializeAsync()
    {
        await _service.InitializeAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _twilio = builder.Build();
        _twilio.Urls.Add("http://127.0.0.1:0");
        _twilio.MapGet("/{**path}", () =>
        {
            Interlocked.Increment(ref _reads);
            return Answer == HttpStatusCode.OK ? Results.Json(new { messages = Array.Empty<string>() }) : Results.StatusCode((int)Answer);
        });
        await _twilio.StartAsync(Cancellation);
        _one = await _service.StartServiceAsync(_service.GrpcAddress, $"--Twilio:BaseUrl={_twilio.Urls.Single()}");
        _other = await _service.StartServiceAsync(_service.GrpcAddress, $"--Twilio:BaseUrl={_twilio.Urls.Single()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _one!.DisposeAsync();
        await _other!.DisposeAsync();
        await _twilio!.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task The_other_replica_hears_of_a_pause_within_ten_seconds()
    {
        (await Other.PausedUntilAsync(Cancellation)).ShouldBeNull();
        await One.BeginAsync(Cancellation);
        var probeAt = Now + Duration.FromSeconds(60);

        (await One.PausedUntilAsync(Cancellation)).ShouldBe(probeAt);
        _service.Clock.Advance(TimeSpan.FromSeconds(10));

        (await Other.PausedUntilAsync(Cancellation)).ShouldBe(probeAt);
        _reads.ShouldBe(0);
    }

    [Fact]
    public async Task Probes_come_after_60_seconds_then_doubling_up_to_ten_minutes()
    {
        await One.BeginAsync(Cancellation);
        var gaps = new List<double>();
        for (var probe = 0; probe < 6; probe++)
        {
            var until = (await One.PausedUntilAsync(Cancellation))!.Value;
            gaps.Add((until - Now).TotalSeconds);
            _service.Clock.Advance((until - Now).ToTimeSpan());
        }

        gaps.ShouldBe([60, 120, 240, 480, 600, 600]);
    }

    [Fact]
    public async Task Many_messages_that_are_due_together_probe_once()
    {
        await One.BeginAsync(Cancellation);
        _service.Clock.Advance(TimeSpan.FromSeconds(60));

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => (number % 2 == 0 ? One : Other).PausedUntilAsync(Cancellation)));

        answers.ShouldAllBe(until => until > Now);
        _reads.ShouldBe(1);
    }

    [Fact]
    public async Task A_probe_that_succeeds_lets_both_replicas_go_on()
    {
        await One.BeginAsync(Cancellation);
        (await Other.PausedUntilAsync(Cancellation)).ShouldNotBeNull();
        Answer = HttpStatusCode.OK;
        _service.Clock.Advance(TimeSpan.FromSeconds(60));

        (await One.PausedUntilAsync(Cancellation)).ShouldBeNull();
        (await Other.PausedUntilAsync(Cancellation)).ShouldBeNull();
        _reads.ShouldBe(1);
    }

    [Fact]
    public async Task A_look_at_the_pause_hears_of_it_at_once_and_never_probes()
    {
        (await Other.PausedUntilAsync(Cancellation)).ShouldBeNull();
        (await Other.PeekAsync(Cancellation)).ShouldBeNull();
        await One.BeginAsync(Cancellation);
        var probeAt = Now + Duration.FromSeconds(60);

        (await Other.PeekAsync(Cancellation)).ShouldBe(probeAt);
        _service.Clock.Advance(TimeSpan.FromMinutes(2));

        (await Other.PeekAsync(Cancellation)).ShouldBe(probeAt);
        _reads.ShouldBe(0);
    }

    [Fact]
    public async Task A_second_refusal_does_not_put_the_probe_off()
    {
        await One.BeginAsync(Cancellation);
        var probeAt = await One.PausedUntilAsync(Cancellation);
        _service.Clock.Advance(TimeSpan.FromSeconds(30));
        await Other.BeginAsync(Cancellation);

        (await Other.PausedUntilAsync(Cancellation)).ShouldBe(probeAt);
    }
}
