using System.Text;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Tests.State;

public sealed class SqliteStateStoreTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new();
    private IStateStore? _store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_was_written_is_there_after_reopening()
    {
        var store = await OpenAsync();
        await store.WriteAsync(Upsert("a", "1"), Cancellation);
        await store.DisposeAsync();

        (await TextAsync(await OpenAsync(), "a")).ShouldBe("1");
    }

    [Fact]
    public async Task Refused_writes_do_not_touch_their_neighbours_in_a_group()
    {
        var store = await OpenAsync();
        await store.WriteAsync(Upsert("guarded", "0"), Cancellation);

        // Far more callers than one commit takes, every third with a wrong etag.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 600).Select(number => number % 3 == 0
            ? store.WriteAsync(Upsert("guarded", "x") with { ETag = "wrong" }, Cancellation)
            : store.WriteAsync(Upsert($"key-{number}", $"{number}"), Cancellation)));

        outcomes.Count(outcome => outcome == WriteOutcome.ETagMismatch).ShouldBe(200);
        (await TextAsync(store, "guarded")).ShouldBe("0");
        var written = Enumerable.Range(0, 600).Where(number => number % 3 != 0).ToArray();
        var values = await store.GetManyAsync([.. written.Select(number => $"key-{number}")], Cancellation);
        values.Select(Text).ShouldBe(written.Select(number => (string?)$"{number}"));
    }

    [Fact]
    public async Task Refused_transactions_in_a_group_undo_only_themselves()
    {
        var store = await OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => store.TransactAsync(
            [Upsert($"first-{number}", "1"), Upsert($"second-{number}", "2") with { ETag = number % 2 == 0 ? "wrong" : null }], Cancellation)));

        for (var number = 0; number < 100; number++)
        {
            outcomes[number].ShouldBe(number % 2 == 0 ? WriteOutcome.ETagMismatch : WriteOutcome.Written);
            (await TextAsync(store, $"first-{number}")).ShouldBe(number % 2 == 0 ? null : "1");
        }
    }

    [Fact]
    public async Task Of_two_writes_with_the_same_etag_in_one_group_the_first_wins()
    {
        var store = await OpenAsync();
        await store.WriteAsync(Upsert("a", "0"), Cancellation);
        var etag = (await store.GetAsync("a", Cancellation))!.ETag;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => store.WriteAsync(Upsert("a", $"{number}") with { ETag = etag }, Cancellation)));

        outcomes.Count(outcome => outcome == WriteOutcome.Written).ShouldBe(1);
    }

    [Fact]
    public async Task An_expired_value_counts_as_absent()
    {
        var store = await OpenAsync();
        await store.WriteAsync(Upsert("a", "1") with { TimeToLive = TimeSpan.FromSeconds(60) }, Cancellation);
        var etag = (await store.GetAsync("a", Cancellation))!.ETag;

        _clock.Advance(TimeSpan.FromSeconds(60));

        (await store.GetAsync("a", Cancellation)).ShouldBeNull();
        (await store.WriteAsync(Upsert("a", "2") with { ETag = etag }, Cancellation)).ShouldBe(WriteOutcome.ETagMismatch);
        (await store.WriteAsync(Upsert("a", "3") with { FirstWrite = true }, Cancellation)).ShouldBe(WriteOutcome.Written);
        (await TextAsync(store, "a")).ShouldBe("3");
    }

    [Fact]
    public async Task A_write_without_a_lifetime_ends_the_one_before()
    {
        var store = await OpenAsync();
        await store.WriteAsync(Upsert("a", "1") with { TimeToLive = TimeSpan.FromSeconds(60) }, Cancellation);
        await store.WriteAsync(Upsert("a", "2"), Cancellation);

        _clock.Advance(TimeSpan.FromDays(1));

        (await TextAsync(store, "a")).ShouldBe("2");
    }

    [Fact]
    public async Task A_delete_with_an_etag_needs_the_row()
    {
        var store = await OpenAsync();

        (await store.WriteAsync(Delete("a") with { ETag = "any" }, Cancellation)).ShouldBe(WriteOutcome.ETagMismatch);
        (await store.WriteAsync(Delete("a"), Cancellation)).ShouldBe(WriteOutcome.Written);
    }

    [Fact]
    public async Task A_file_that_cannot_be_a_database_ends_the_start_with_one_line()
    {
        var file = _directory.Write("state.db", "this is no database at all, and longer than a header needs to be: " + new string('x', 200));

        var failure = await Should.ThrowAsync<SmsDapr.Sidecar.Hosting.SidecarStartException>(OpenAsync);

        failure.Message.ShouldContain($"database file '{file}' cannot be opened");
        failure.Message.ShouldNotContain("\n");
    }

    private async Task<IStateStore> OpenAsync()
    {
        _store = SqliteStateStore.Create(Specs.Of("state.sqlite", ("connectionString", "state.db")), _directory.Path, _clock);
        await _store.OpenAsync(Cancellation);
        return _store;
    }

    private static StateWrite Upsert(string key, string value) => new(key, Encoding.UTF8.GetBytes(value), null, false, null);

    private static StateWrite Delete(string key) => new(key, null, null, false, null);

    private static async Task<string?> TextAsync(IStateStore store, string key) => Text(await store.GetAsync(key, Cancellation));

    private static string? Text(StoredValue? value) => value is null ? null : Encoding.UTF8.GetString(value.Data.Span);
}
