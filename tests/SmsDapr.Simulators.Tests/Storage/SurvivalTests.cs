using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Storage;

public sealed class SurvivalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_answered_is_there_after_a_death_and_goes_on_to_its_end()
    {
        using var data = new TemporaryDirectory();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        var delivered = await first.CreateAsync(body: "One");
        first.Clock.Advance(TimeSpan.FromSeconds(5));
        var sent = await first.CreateAsync(body: "Two");
        first.Clock.Advance(TimeSpan.FromSeconds(1));
        var queued = await first.CreateAsync(body: "Three");
        await first.ReplyAsync("+12025550148", "STOP");

        using var left = data.Copy();
        await using var second = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, first.Clock);

        (await second.StatusAsync(delivered)).ShouldBe("delivered");
        (await second.StatusAsync(sent)).ShouldBe("sent");
        (await second.StatusAsync(queued)).ShouldBe("queued");
        (await BodiesAsync(second)).ShouldBe(["One"]);
        (await second.ItemsAsync("/_sim/requests")).Length.ShouldBe(3);
        second.Clock.Advance(TimeSpan.FromSeconds(5));
        (await BodiesAsync(second)).ShouldBe(["One", "Two", "Three"]);
        (await second.StatusAsync(queued)).ShouldBe("delivered");
        using var blocked = await second.SendAsync("+12025550148");
        await Simulator.ShouldRefuseAsync(blocked, 400, 21610);
    }

    [Fact]
    public async Task What_fell_due_meanwhile_happens_at_once_and_once()
    {
        using var data = new TemporaryDirectory();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        var sid = await first.CreateAsync(callback: receiver.Url);
        using var left = data.Copy();
        var later = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(first.Clock.GetUtcNow().AddHours(1));

        await using var second = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, later);
        second.Clock.Advance(TimeSpan.Zero);

        (await receiver.NextStatusesAsync(2)).ShouldBe(["sent", "delivered"], ignoreOrder: true);
        (await second.StatusAsync(sid)).ShouldBe("delivered");
        (await second.TextsAsync()).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_receipt_that_had_no_answer_yet_is_sent_again_after_a_death()
    {
        using var data = new TemporaryDirectory();
        await using var receiver = await WebhookReceiver.StartAsync();
        var hang = new TaskCompletionSource();
        receiver.Answer = (number, _) => number == 1 ? hang.Task : Task.CompletedTask;
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        await first.CreateAsync(callback: receiver.Url);
        first.Clock.Advance(TimeSpan.FromSeconds(1));
        (await receiver.NextAsync()).Status.ShouldBe("sent");
        using var left = data.Copy();

        await using var second = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, first.Clock);

        (await receiver.NextAsync()).Status.ShouldBe("sent");
        hang.SetResult();
    }

    [Fact]
    public async Task A_host_may_say_when_to_go_on()
    {
        using var data = new TemporaryDirectory();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        var sid = await first.CreateAsync();
        using var left = data.Copy();
        await using var second = await Simulator.StartAsync(
            new SimulatorOptions { DataDirectory = left.Path, ResumeOnStart = false }, first.Clock);
        second.Clock.Advance(TimeSpan.FromSeconds(5));
        (await second.StatusAsync(sid)).ShouldBe("queued");

        SimulatorHost.Resume(second.App);
        second.Clock.Advance(TimeSpan.FromSeconds(5));

        (await second.StatusAsync(sid)).ShouldBe("delivered");
    }

    [Fact]
    public async Task A_fault_that_happens_once_does_not_happen_again_after_a_death()
    {
        const string UnavailableOnce = "+19075550101";
        using var data = new TemporaryDirectory();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        using var unavailable = await first.SendAsync(UnavailableOnce);
        using var left = data.Copy();
        await using var second = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, first.Clock);

        using var afterwards = await second.SendAsync(UnavailableOnce);

        ((int)unavailable.StatusCode).ShouldBe(503);
        ((int)afterwards.StatusCode).ShouldBe(201);
    }

    [Fact]
    public async Task Changes_of_a_message_survive()
    {
        using var data = new TemporaryDirectory();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        var canceled = await first.CreateAsync();
        using var cancel = await first.PostAsync($"{first.Account}/Messages/{canceled}.json", ("Status", "canceled"));
        var redacted = await first.CreateAsync();
        var deleted = await first.CreateAsync();
        first.Clock.Advance(TimeSpan.FromSeconds(5));
        using var redact = await first.PostAsync($"{first.Account}/Messages/{redacted}.json", ("Body", ""));
        using var delete = await first.Client.DeleteAsync($"{first.Account}/Messages/{deleted}.json", Cancellation);
        using var left = data.Copy();

        await using var second = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, first.Clock);

        (await second.StatusAsync(canceled)).ShouldBe("canceled");
        (await second.FetchAsync(redacted)).GetProperty("body").GetString().ShouldBe("");
        using var gone = await second.Client.GetAsync($"{second.Account}/Messages/{deleted}.json", Cancellation);
        ((int)gone.StatusCode).ShouldBe(404);
        (await second.TextsAsync()).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_line_that_was_only_half_written_is_dropped()
    {
        using var data = new TemporaryDirectory();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        var sid = await first.CreateAsync();
        using var left = data.Copy();
        var journal = Path.Combine(left.Path, "twilio.jsonl");
        await File.AppendAllTextAsync(journal, """{"type":"created","mess""", Cancellation);

        await using (var second = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, first.Clock))
            await second.CreateAsync();

        await using var third = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, first.Clock);
        (await third.StatusAsync(sid)).ShouldBe("queued");
        (await third.GetAsync(third.Messages)).GetProperty("messages").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_journal_that_is_not_one_ends_the_start_without_quoting_it()
    {
        using var data = new TemporaryDirectory();
        await File.WriteAllTextAsync(Path.Combine(data.Path, "twilio.jsonl"), "+12025550147\n", Cancellation);

        var failure = await Should.ThrowAsync<InvalidDataException>(() => Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path }));

        failure.ToString().ShouldNotContain("2025550147");
    }

    [Fact]
    public async Task A_data_directory_serves_one_simulator_at_a_time()
    {
        using var data = new TemporaryDirectory();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });

        await Should.ThrowAsync<IOException>(() => Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path }));
    }

    [Fact]
    public async Task Texts_are_counted_right_when_the_program_is_killed_in_between()
    {
        using var data = new TemporaryDirectory();
        string[] arguments = ["--data-dir", data.Path, "--sent-after", "00:00:00", "--delivered-after", "00:00:00.300"];
        var sids = new List<string>();
        for (var life = 0; life < 2; life++)
        {
            using var doomed = await SimulatorProcess.StartAsync(arguments);
            for (var i = 0; i < 10; i++)
                sids.Add(await CreateAsync(doomed));
            await doomed.KillAsync();
        }

        using var last = await SimulatorProcess.StartAsync(arguments);
        using var patience = new Patience();
        JsonElement[] texts;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            texts = await TextsAsync(last);
        }
        while (texts.Length < sids.Count);

        texts.Select(text => text.GetProperty("sid").GetString()).ShouldBe(sids, ignoreOrder: true);
    }

    [Fact]
    public async Task A_taken_port_ends_the_program_with_one_line()
    {
        await using var first = await Simulator.StartAsync();

        using var second = SimulatorProcess.Run("--port", $"{new Uri(first.App.Urls.Single()).Port}");
        using var patience = new Patience();
        await second.WaitForExitAsync(patience.Token);

        second.ExitCode.ShouldBe(1);
        var lines = await second.StandardError.ReadToEndAsync(Cancellation);
        lines.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("address already in use");
    }

    private static async Task<string> CreateAsync(SimulatorProcess simulator)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["To"] = Simulator.To,
            ["From"] = Simulator.From,
            ["Body"] = "Hi",
        });
        using var answer = await simulator.Client.PostAsync(
            $"/2010-04-01/Accounts/{SimulatorOptions.DefaultAccountSid}/Messages.json", form, Cancellation);
        return (await Simulator.JsonAsync(answer, 201)).GetProperty("sid").GetString()!;
    }

    private static async Task<JsonElement[]> TextsAsync(SimulatorProcess simulator)
    {
        var phone = await simulator.Client.GetFromJsonAsync<JsonElement>($"/_sim/phones/{Simulator.To}", Cancellation);
        return [.. phone.GetProperty("texts").EnumerateArray()];
    }

    private static async Task<string?[]> BodiesAsync(Simulator simulator) =>
        [.. (await simulator.TextsAsync()).Select(text => text.GetProperty("body").GetString())];
}
