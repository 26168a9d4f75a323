using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.State;

public abstract class OptimisticConcurrency(SidecarFixture sidecar) : StateTests(sidecar)
{
    [Fact]
    public async Task Save_with_the_current_etag_replaces()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));

        await SaveAsync(Item(key, "2", (await GetAsync(key)).Etag));

        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("2");
    }

    [Fact]
    public async Task Save_with_an_old_etag_is_aborted_and_changes_nothing()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));
        var old = (await GetAsync(key)).Etag;
        await SaveAsync(Item(key, "2"));

        var error = await Should.ThrowAsync<RpcException>(() => SaveAsync(Item(key, "3", old)));

        error.StatusCode.ShouldBe(StatusCode.Aborted);
        error.Status.Detail.ShouldContain("possible etag mismatch. error from state store");
        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("2");
    }

    [Fact]
    public async Task First_write_creates_once()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1", firstWrite: true));

        var error = await Should.ThrowAsync<RpcException>(() => SaveAsync(Item(key, "2", firstWrite: true)));

        error.StatusCode.ShouldBe(await StoreTypeAsync() is "state.sqlite" or "state.in-memory" ? StatusCode.Aborted : StatusCode.Internal);
        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public async Task An_empty_etag_is_no_etag()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));

        await SaveAsync(Item(key, "2", ""));

        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("2");
    }

    [Fact]
    public async Task Delete_with_an_old_etag_is_aborted()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));
        var old = (await GetAsync(key)).Etag;
        await SaveAsync(Item(key, "2"));

        var error = await Should.ThrowAsync<RpcException>(() => DeleteAsync(key, old));

        error.StatusCode.ShouldBe(StatusCode.Aborted);
        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("2");
    }

    [Fact]
    public async Task Of_many_creators_at_once_exactly_one_wins()
    {
        var key = NewKey();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            try
            {
                await SaveAsync(Item(key, $"{number}", firstWrite: true));
                return number;
            }
            catch (RpcException)
            {
                return -1;
            }
        }));

        var winner = outcomes.Where(outcome => outcome >= 0).ShouldHaveSingleItem();
        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe($"{winner}");
    }

    [Fact]
    public async Task Counting_by_compare_and_set_loses_no_increment()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "0"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var done = 0; done < 10;)
            {
                var current = await GetAsync(key);
                try
                {
                    await SaveAsync(Item(key, $"{int.Parse(current.Data.ToStringUtf8()) + 1}", current.Etag));
                    done++;
                }
                catch (RpcException conflict) when (conflict.StatusCode == StatusCode.Aborted)
                {
                    // Someone else counted first; look again.
                }
            }
        }));

        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("80");
    }
}
