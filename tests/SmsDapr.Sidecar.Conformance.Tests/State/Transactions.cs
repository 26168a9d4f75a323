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
    public async Task An_unknown_operation_is_unimplemented()
    {
        var error = await Should.ThrowAsync<RpcException>(() => TransactAsync(("merge", Item(NewKey(), "1"))));

        error.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }
}
