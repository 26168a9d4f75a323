using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.State;

public abstract class Transactions(SidecarFixture sidecar) : StateTests(sidecar)
{
    [Fact]
    public async Task A_transaction_applies_every_operation()
    {
        string created = NewKey(), deleted = NewKey();
        await SaveAsync(Item(deleted, "1"));

        await TransactAsync(("upsert", Item(created, "2")), ("delete", Item(deleted, "")));

        (await GetAsync(created)).Data.ToStringUtf8().ShouldBe("2");
        (await GetAsync(deleted)).Data.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task A_wrong_etag_is_internal_and_undoes_the_others()
    {
        Assert.SkipWhen(await StoreTypeAsync() == "state.redis", "state.redis does not roll back");
        string other = NewKey(), guarded = NewKey();
        await SaveAsync(Item(guarded, "1"));

        var error = await Should.ThrowAsync<RpcException>(() =>
            TransactAsync(("upsert", Item(other, "2")), ("upsert", Item(guarded, "3", Guid.NewGuid().ToString()))));

        error.StatusCode.ShouldBe(StatusCode.Internal);
        (await GetAsync(other)).Data.IsEmpty.ShouldBeTrue();
        (await GetAsync(guarded)).Data.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public async Task An_unknown_operation_is_unimplemented()
    {
        var error = await Should.ThrowAsync<RpcException>(() => TransactAsync(("merge", Item(NewKey(), "1"))));

        error.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }
}
