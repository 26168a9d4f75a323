using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Webhooks;

public sealed class StatusReceiptTests
{
    [Fact]
    public async Task Receipts_say_sent_and_delivered_with_Twilios_fields()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync(callback: receiver.Url);

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        var sent = await receiver.NextAsync();
        simulator.Clock.Advance(TimeSpan.FromSeconds(4));
        var delivered = await receiver.NextAsync();

        sent.Form.ToDictionary().ShouldBe(
            new Dictionary<string, string>
            {
                ["AccountSid"] = simulator.Options.AccountSid,
                ["ApiVersion"] = "2010-04-01",
                ["From"] = Simulator.From,
                ["MessageSid"] = sid,
                ["MessageStatus"] = "sent",
                ["SmsSid"] = sid,
                ["SmsStatus"] = "sent",
                ["To"] = Simulator.To,
                ["ToCity"] = "",
                ["ToCountry"] = "US",
            },
            ignoreOrder: true);
        sent.Headers.ContentType.ToString().ShouldBe("application/x-www-form-urlencoded; charset=utf-8");
        sent.Headers.UserAgent.ToString().ShouldBe("TwilioProxy/1.1");
        delivered.Status.ShouldBe("delivered");
        delivered["RawDlrDoneDate"].ShouldBe("2611230900");
        delivered["ErrorCode"].ShouldBeNull();
        Guid.Parse(sent.Token).ShouldNotBe(Guid.Parse(delivered.Token));
        receiver.HasMore.ShouldBeFalse();
    }

    [Fact]
    public async Task A_service_send_reports_queued_too_and_names_the_service()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        using var answer = await simulator.SendByServiceAsync(callback: receiver.Url);

        simulator.Clock.Advance(TimeSpan.FromSeconds(0.5));

        var queued = await receiver.NextAsync();
        queued.Status.ShouldBe("queued");
        queued["MessagingServiceSid"].ShouldBe(Simulator.Service);
        queued["From"].ShouldBe(simulator.Options.Sender);
    }

    [Fact]
    public async Task Receipts_are_signed_over_the_url_without_its_fragment_and_all_fields()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.CreateAsync(callback: receiver.Url + "&x=%C3%A4#rc=3&rp=ct,rt,5xx");

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        var sent = await receiver.NextAsync();
        sent.Target.ShouldBe("/hooks/status?messageId=1&attempt=1&x=%C3%A4");
        sent.Signature.ShouldBe(Sign(simulator.Options.AuthToken, receiver.BaseUrl + sent.Target, sent));
    }

    [Fact]
    public async Task A_receipt_answered_503_is_repeated_under_the_same_token_when_the_fragment_asks_for_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (number, http) =>
        {
            http.Response.StatusCode = number < 3 ? 503 : 204;
            return Task.CompletedTask;
        };
        await using var simulator = await Simulator.StartAsync();
        await simulator.CreateAsync(callback: receiver.Url + "#rc=3&rp=ct,rt,5xx");

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        Webhook[] tries = [await receiver.NextAsync(), await receiver.NextAsync(), await receiver.NextAsync()];
        simulator.Clock.Advance(TimeSpan.FromSeconds(4));

        tries.Select(one => one.Status).ShouldBe(["sent", "sent", "sent"]);
        tries.Select(one => one.Token).Distinct().Count().ShouldBe(1);
        (await receiver.NextAsync()).Status.ShouldBe("delivered");
    }

    [Theory]
    [InlineData("", 503)]
    [InlineData("#rc=3&rp=ct,rt,5xx", 404)]
    [InlineData("#rc=0&rp=all", 503)]
    public async Task A_refused_receipt_is_not_repeated_otherwise(string fragment, int status)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        await using var simulator = await Simulator.StartAsync();
        await simulator.CreateAsync(callback: receiver.Url + fragment);

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        (await receiver.NextAsync()).Status.ShouldBe("sent");
        simulator.Clock.Advance(TimeSpan.FromSeconds(4));

        (await receiver.NextAsync()).Status.ShouldBe("delivered");
    }

    [Fact]
    public async Task Repeats_end_after_as_many_as_the_fragment_allows()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await using var simulator = await Simulator.StartAsync();
        await simulator.CreateAsync(callback: receiver.Url + "#rc=2&rp=all");

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        (await receiver.NextStatusesAsync(3)).ShouldBe(["sent", "sent", "sent"]);
        simulator.Clock.Advance(TimeSpan.FromSeconds(4));

        (await receiver.NextAsync()).Status.ShouldBe("delivered");
    }

    [Fact]
    public async Task A_receipt_that_is_not_answered_within_rt_is_repeated()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (number, http) => number == 1 ? UntilAborted(http) : Task.CompletedTask;
        await using var simulator = await Simulator.StartAsync();
        await simulator.CreateAsync(callback: receiver.Url + "#rc=5&rp=rt&rt=1000");

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        (await receiver.NextStatusesAsync(2)).ShouldBe(["sent", "sent"]);
    }

    [Fact]
    public async Task A_host_that_counts_outgoing_calls_sees_one_call_with_all_its_repeats()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (number, http) =>
        {
            http.Response.StatusCode = number < 3 ? 503 : 204;
            return Task.CompletedTask;
        };
        var calls = new CallCounter();
        await using var simulator = await Simulator.StartAsync(configure: builder =>
            builder.Services.ConfigureHttpClientDefaults(client => client.AddHttpMessageHandler(() => new CountingHandler(calls))));
        await simulator.CreateAsync(callback: receiver.Url + "#rc=3&rp=5xx");

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        // Begun before Advance returned, that is, inside the timer callback.
        calls.Begun.ShouldBe(1);
        await receiver.NextStatusesAsync(3);
        await calls.Ended.Task.WaitAsync(Patience.Longest, TestContext.Current.CancellationToken);
        calls.Begun.ShouldBe(1);
    }

    [Fact]
    public async Task A_receipt_that_cannot_be_delivered_is_lost_and_the_message_goes_on()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync(callback: $"http://127.0.0.1:{ClosedPort()}/");

        simulator.Clock.Advance(TimeSpan.FromSeconds(5));

        (await simulator.StatusAsync(sid)).ShouldBe("delivered");
        (await simulator.TextsAsync()).Length.ShouldBe(1);
    }

    private static async Task UntilAborted(HttpContext http)
    {
        var aborted = new TaskCompletionSource();
        await using var registration = http.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Written from the description of the algorithm, not from the simulator's code.</summary>
    private static string Sign(string token, string url, Webhook webhook)
    {
        var text = url + string.Concat(webhook.Form.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + pair.Value));
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes(token));
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    private sealed class CallCounter
    {
        public int Begun;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class CountingHandler(CallCounter calls) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref calls.Begun);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                calls.Ended.TrySetResult();
            }
        }
    }
}
