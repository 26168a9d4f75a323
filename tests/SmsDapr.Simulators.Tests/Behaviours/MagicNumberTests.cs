using System.Net;
using SmsDapr.Simulators.Tests.Support;
using SmsDapr.Simulators.Twilio.Behaviours;

namespace SmsDapr.Simulators.Tests.Behaviours;

public sealed class MagicNumberTests
{
    private const string Cut = "cut";
    private const string Hang = "hang";
    private const string Late = "201 after 10 s";

    /// <summary>
    /// First answer, second answer, then the statuses of all messages to the number (oldest first) and the texts on the phone.
    /// </summary>
    public static TheoryData<string, string, string, string, int> Fates => new()
    {
        { "unavailable_once", "503/20503", "201", "delivered", 1 },
        { "unavailable", "503/20503", "503/20503", "", 0 },
        { "rate_limited_once", "429/20429", "201", "delivered", 1 },
        { "unauthorized", "401/20003", "401/20003", "", 0 },
        { "queue_full_once", "429/21611", "201", "delivered", 1 },
        { "bad_gateway_once", "502/html", "201", "delivered", 1 },
        { "opted_out", "400/21610", "400/21610", "", 0 },
        { "server_error_once", "500/20500", "201", "delivered", 1 },
        { "answer_lost_once", Cut, "201", "delivered delivered", 2 },
        { "connection_cut_once", Cut, "201", "delivered", 1 },
        { "unavailable_but_created_once", "503/20503", "201", "delivered delivered", 2 },
        { "slow_answer", Late, Late, "delivered delivered", 2 },
        { "hang_once", Hang, "201", "delivered", 1 },
        { "hang_but_created_once", Hang, "201", "delivered delivered", 2 },
        { "hang", Hang, Hang, "", 0 },
        { "failed_30003", "201", "201", "failed/30003 failed/30003", 0 },
        { "failed_30005", "201", "201", "failed/30005 failed/30005", 0 },
        { "failed_30007", "201", "201", "failed/30007 failed/30007", 0 },
        { "failed_30008", "201", "201", "failed/30008 failed/30008", 0 },
        { "failed_30003_once", "201", "201", "failed/30003 delivered", 1 },
        { "failed_21610", "201", "201", "failed/21610 failed/21610", 0 },
        { "failed_30002", "201", "201", "failed/30002 failed/30002", 0 },
        { "undelivered", "201", "201", "undelivered/30003 undelivered/30003", 0 },
        { "receipts_lost", "201", "201", "delivered delivered", 2 },
        { "receipts_duplicated", "201", "201", "delivered delivered", 2 },
        { "receipts_reordered", "201", "201", "delivered delivered", 2 },
        { "receipts_before_answer", "201", "201", "delivered delivered", 2 },
        { "stays_sent", "201", "201", "sent sent", 2 },
        { "replies_stop", "201", "201", "delivered delivered", 2 },
        { "twilio_test_invalid", "400/21211", "400/21211", "", 0 },
        { "twilio_test_unroutable", "400/21612", "400/21612", "", 0 },
        { "twilio_test_region", "400/21408", "400/21408", "", 0 },
        { "twilio_test_opted_out", "400/21610", "400/21610", "", 0 },
        { "twilio_test_not_mobile", "400/21614", "400/21614", "", 0 },
    };

    [Theory]
    [MemberData(nameof(Fates))]
    public async Task Each_number_meets_its_fate(string name, string first, string second, string statuses, int texts)
    {
        await using var simulator = await Simulator.StartAsync();
        var number = MagicNumbers.Named(name)!.Number;

        (await AnswerAsync(simulator, number, 1)).ShouldBe(first);
        (await AnswerAsync(simulator, number, 2)).ShouldBe(second);

        simulator.Clock.Advance(TimeSpan.FromSeconds(5));
        var listed = await simulator.GetAsync($"{simulator.Messages}?To={Uri.EscapeDataString(number)}");
        var found = listed.GetProperty("messages").EnumerateArray().Reverse().Select(message =>
            message.GetProperty("status").GetString()
            + (message.GetProperty("error_code").ToString() is { Length: > 0 } code ? $"/{code}" : ""));
        string.Join(' ', found).ShouldBe(statuses);
        (await simulator.TextsAsync(number)).Length.ShouldBe(texts);

        var requests = await simulator.ItemsAsync($"/_sim/requests?to={Uri.EscapeDataString(number)}");
        requests.Length.ShouldBe(2);
        requests[0].GetProperty("behaviour").GetString().ShouldBe(name);
        requests.Count(request => request.GetProperty("sid").GetString() is not null)
            .ShouldBe(statuses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Every_number_is_in_the_table_above() =>
        MagicNumbers.All.Select(magic => magic.Name).ShouldBe(Fates.Select(row => row.Data.Item1), ignoreOrder: true);

    [Fact]
    public void Every_number_of_ours_is_valid_and_fictitious() => MagicNumbers.All
        .Where(magic => !magic.Name.StartsWith("twilio_test", StringComparison.Ordinal))
        .ShouldAllBe(magic => magic.Number.StartsWith("+190755501") && Twilio.E164.Normalize(magic.Number) == magic.Number);

    [Theory]
    [InlineData("receipts_lost", "")]
    [InlineData("receipts_duplicated", "sent sent delivered delivered")]
    [InlineData("receipts_reordered", "delivered sent")]
    [InlineData("stays_sent", "sent")]
    [InlineData("failed_30003", "failed")]
    [InlineData("undelivered", "sent undelivered")]
    public async Task Receipts_take_the_way_of_the_number(string name, string expected)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.CreateAsync(MagicNumbers.Named(name)!.Number, callback: receiver.Url);

        var statuses = new List<string>();
        foreach (var (at, count) in Timetable(name))
        {
            simulator.Clock.Advance(TimeSpan.FromSeconds(at));
            statuses.AddRange(await receiver.NextStatusesAsync(count));
        }

        string.Join(' ', statuses).ShouldBe(expected);
        simulator.Clock.Advance(TimeSpan.FromMinutes(1));
        // An ordinary message proves that nothing else was on its way: its receipt is the next one.
        await simulator.CreateAsync(callback: receiver.Url);
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        (await receiver.NextAsync())["To"].ShouldBe(Simulator.To);
    }

    [Fact]
    public async Task Receipts_of_a_failure_carry_its_code()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        await simulator.CreateAsync(MagicNumbers.Named("failed_30005")!.Number, callback: receiver.Url);

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        var failed = await receiver.NextAsync();
        failed["ErrorCode"].ShouldBe("30005");
        failed["RawDlrDoneDate"].ShouldBeNull();
    }

    [Fact]
    public async Task Receipts_before_the_answer_come_before_the_answer()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var mayEnd = new TaskCompletionSource();
        receiver.Answer = (number, _) => number == 2 ? mayEnd.Task : Task.CompletedTask;
        await using var simulator = await Simulator.StartAsync();

        var creating = simulator.SendAsync(MagicNumbers.Named("receipts_before_answer")!.Number, callback: receiver.Url);
        (await receiver.NextStatusesAsync(2)).ShouldBe(["sent", "delivered"]);
        creating.IsCompleted.ShouldBeFalse();
        mayEnd.SetResult();

        using var answer = await creating;
        (await Simulator.JsonAsync(answer, 201)).GetProperty("status").GetString().ShouldBe("queued");
    }

    private static (double At, int Count)[] Timetable(string name) => name switch
    {
        "receipts_lost" => [(6, 0)],
        "receipts_duplicated" => [(1, 2), (4, 2)],
        "receipts_reordered" => [(5, 1), (1, 1)],
        "undelivered" => [(1, 1), (4, 1)],
        _ => [(1, 1)],
    };

    private static async Task<string> AnswerAsync(Simulator simulator, string number, int request)
    {
        var sending = simulator.SendAsync(number);
        if (await OutcomeAsync(simulator, number, request) == "hung")
        {
            simulator.Clock.Advance(TimeSpan.FromHours(1));
            sending.IsCompleted.ShouldBeFalse();
            return Hang;
        }

        var asked = simulator.Clock.GetUtcNow();
        if (MagicNumbers.Find(number, 0)!.Behaviour.Delay > TimeSpan.Zero)
            await AdvanceUntilAsync(simulator, sending);

        try
        {
            using var answer = await sending.WaitAsync(Patience.Longest, TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.Created)
                return simulator.Clock.GetUtcNow() - asked < TimeSpan.FromSeconds(10) ? "201" : Late;
            if (answer.Content.Headers.ContentType!.MediaType == "text/html")
                return $"{(int)answer.StatusCode}/html";
            var error = await Simulator.JsonAsync(answer, (int)answer.StatusCode);
            return $"{(int)answer.StatusCode}/{error.GetProperty("code").GetInt32()}";
        }
        catch (HttpRequestException)
        {
            return Cut;
        }
    }

    private static async Task AdvanceUntilAsync(Simulator simulator, Task end)
    {
        using var patience = new Patience();
        while (!end.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            simulator.Clock.Advance(TimeSpan.FromSeconds(1));
            await simulator.GetAsync("/_sim/plans");
        }
    }

    /// <summary>Waits until the simulator has taken note of so many requests to the number, and gives the outcome of the last.</summary>
    private static async Task<string> OutcomeAsync(Simulator simulator, string number, int request)
    {
        using var patience = new Patience();
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var seen = await simulator.ItemsAsync($"/_sim/requests?to={Uri.EscapeDataString(number)}");
            if (seen.Length >= request)
                return seen[^1].GetProperty("outcome").GetString()!;
        }
    }
}
