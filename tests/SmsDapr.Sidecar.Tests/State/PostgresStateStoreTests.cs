using System.Text;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Tests.State;

public sealed class PostgresStateStoreTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _key = $"key-{Guid.NewGuid():N}";
    private PostgresStateStore? _store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PostgresStateStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        var connectionString = Environment.GetEnvironmentVariable("POSTGRES_CONNECTION_STRING");
        Assert.SkipWhen(string.IsNullOrEmpty(connectionString), "needs a PostgreSQL server: POSTGRES_CONNECTION_STRING is not set");
        _store = new PostgresStateStore(Specs.OfVersion("v2", "state.postgresql", ("connectionString", connectionString!), ("tablePrefix", "sidecar_tests_")), _clock);
        await _store.OpenAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_write_with_an_old_etag_is_a_mismatch()
    {
        await Store.WriteAsync(Upsert("1"), Cancellation);
        var old = (await Store.GetAsync(_key, Cancellation))!.ETag;
        await Store.WriteAsync(Upsert("2"), Cancellation);

        (await Store.WriteAsync(Upsert("3") with { ETag = old }, Cancellation)).ShouldBe(WriteOutcome.ETagMismatch);
        (await Store.WriteAsync(Upsert("3") with { ETag = "no uuid" }, Cancellation)).ShouldBe(WriteOutcome.ETagMismatch);
        (await TextAsync()).ShouldBe("2");
    }

    [Fact]
    public async Task Of_many_first_writes_one_is_written_and_the_others_fail()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Store.WriteAsync(Upsert($"{number}") with { FirstWrite = true }, Cancellation)));

        outcomes.Count(outcome => outcome == WriteOutcome.Written).ShouldBe(1);
        outcomes.Count(outcome => outcome == WriteOutcome.Failed).ShouldBe(9);
    }

    [Fact]
    public async Task A_refused_transaction_rolls_back()
    {
        var outcome = await Store.TransactAsync(
            [Upsert("1"), new StateWrite($"{_key}-other", Encoding.UTF8.GetBytes("2"), Guid.NewGuid().ToString(), false, null)], Cancellation);

        outcome.ShouldBe(WriteOutcome.ETagMismatch);
        (await Store.GetAsync(_key, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task An_expired_value_counts_as_absent()
    {
        await Store.WriteAsync(Upsert("1") with { TimeToLive = TimeSpan.FromSeconds(60) }, Cancellation);

        _clock.Advance(TimeSpan.FromSeconds(60));

        (await Store.GetAsync(_key, Cancellation)).ShouldBeNull();
        (await Store.WriteAsync(Upsert("2") with { FirstWrite = true }, Cancellation)).ShouldBe(WriteOutcome.Written);
        (await TextAsync()).ShouldBe("2");
    }

    [Fact]
    public async Task A_delete_with_an_etag_needs_the_row()
    {
        (await Store.WriteAsync(new StateWrite(_key, null, Guid.NewGuid().ToString(), false, null), Cancellation)).ShouldBe(WriteOutcome.ETagMismatch);
        (await Store.WriteAsync(new StateWrite(_key, null, null, false, null), Cancellation)).ShouldBe(WriteOutcome.Written);
    }

    private StateWrite Upsert(string value) => new(_key, Encoding.UTF8.GetBytes(value), null, false, null);

    private async Task<string?> TextAsync() =>
        await Store.GetAsync(_key, Cancellation) is { } value ? Encoding.UTF8.GetString(value.Data.Span) : null;
}
