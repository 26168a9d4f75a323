using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Sending;

/// <summary>A Twilio that answers with headers and then says no more.</summary>
public sealed class TwilioSilenceTests(RunningService running) : IAsyncLifetime
{
    private static readonly TimeSpan WellBeyondTheLimit = TimeSpan.FromSeconds(60);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];
    private Task _answering = Task.CompletedTask;
    private WebApplication _service = null!;
    private int _requests;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TwilioClient Twilio => _service.Services.GetRequiredService<TwilioClient>();

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        _answering = AnswerAsync();
        _service = await running.StartServiceAsync(running.GrpcAddress, $"--Twilio:BaseUrl=http://{_listener.LocalEndpoint}");
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _listener.Dispose();
        await _answering;
        _open.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Answer_thatStallsAfterItsHeaders_isGivenUpLikeOneThatNeverComes()
    {
        var created = await Twilio.CreateAsync(Message(leavesBefore: null), Cancellation).WaitAsync(WellBeyondTheLimit, Cancellation);

        created.ShouldBe(new CreateOutcome.Unknown(HttpStatus: null));
    }

    [Fact]
    public async Task Request_thatWaitedTooLong_isNotMade()
    {
        var now = Instant.FromDateTimeOffset(running.Clock.GetUtcNow());

        (await Twilio.CreateAsync(Message(leavesBefore: now), Cancellation)).ShouldBe(new CreateOutcome.NotMade());

        _requests.ShouldBe(0);
    }

    private static CreateMessage Message(Instant? leavesBefore) => new("+12025550147", "Hello", SmartEncoding: false, StatusCallback: null, leavesBefore);

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(Cancellation);
                _open.Add(client);
                Interlocked.Increment(ref _requests);
                await client.GetStream().WriteAsync(
                    Encoding.ASCII.GetBytes("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"), Cancellation);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }
}
