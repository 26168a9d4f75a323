using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.State;

/// <summary>Where the stores differ, which an application that is to run on each of them has to know.</summary>
public abstract class WaysOfTheStores(SidecarFixture sidecar) : StateTests(sidecar)
{
    [Fact]
    public async Task A_malformed_etag_is_an_invalid_argument_where_etags_are_numbers_and_a_mismatch_elsewhere()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));

        var code = await RefusalAsync(() => SaveAsync(Item(key, "2", "no-etag")));

        code.ShouldBe(long.TryParse((await GetAsync(key)).Etag, out _) ? StatusCode.InvalidArgument : StatusCode.Aborted);
        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public async Task Save_with_an_etag_of_what_is_not_there_is_aborted_but_creates_on_redis()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));
        var etag = (await GetAsync(key)).Etag;
        await DeleteAsync(key);

        if (await IsRedisAsync())
            await SaveAsync(Item(key, "2", etag));
        else
            (await RefusalAsync(() => SaveAsync(Item(key, "2", etag)))).ShouldBe(StatusCode.Aborted);

        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe(await IsRedisAsync() ? "2" : "");
    }

    [Fact]
    public async Task Delete_with_an_etag_of_what_is_not_there_is_aborted_but_not_on_redis()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));
        var etag = (await GetAsync(key)).Etag;
        await DeleteAsync(key);

        if (await IsRedisAsync())
            await DeleteAsync(key, etag);
        else
            (await RefusalAsync(() => DeleteAsync(key, etag))).ShouldBe(StatusCode.Aborted);
    }

    [Fact]
    public async Task Last_write_overrides_an_old_etag_only_on_redis()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));
        var old = (await GetAsync(key)).Etag;
        await SaveAsync(Item(key, "2"));
        var item = Item(key, "3", old);
        item.Options = new() { Concurrency = StateOptions.Types.StateConcurrency.ConcurrencyLastWrite };

        if (await IsRedisAsync())
            await SaveAsync(item);
        else
            (await RefusalAsync(() => SaveAsync(item))).ShouldBe(StatusCode.Aborted);

        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe(await IsRedisAsync() ? "3" : "2");
    }

    [Fact]
    public async Task First_write_over_a_plain_value_is_refused_but_not_on_redis()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));

        if (await IsRedisAsync())
            await SaveAsync(Item(key, "2", firstWrite: true));
        else
            await RefusalAsync(() => SaveAsync(Item(key, "2", firstWrite: true)));

        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe(await IsRedisAsync() ? "2" : "1");
    }

    [Fact]
    public async Task A_refused_operation_undoes_the_transaction_but_not_on_redis()
    {
        string other = NewKey(), guarded = NewKey();
        await SaveAsync(Item(guarded, "1"));
        var old = (await GetAsync(guarded)).Etag;
        await SaveAsync(Item(guarded, "2"));

        var code = await RefusalAsync(() => TransactAsync(("upsert", Item(other, "3")), ("upsert", Item(guarded, "4", old))));

        code.ShouldBe(StatusCode.Internal);
        (await GetAsync(other)).Data.ToStringUtf8().ShouldBe(await IsRedisAsync() ? "3" : "");
        (await GetAsync(guarded)).Data.ToStringUtf8().ShouldBe("2");
    }
}
