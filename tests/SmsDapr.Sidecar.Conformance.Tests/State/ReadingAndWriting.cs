using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.State;

public abstract class ReadingAndWriting(SidecarFixture sidecar) : StateTests(sidecar)
{
    [Fact]
    public async Task Get_of_a_missing_key_is_empty_without_an_etag()
    {
        var response = await GetAsync(NewKey());

        response.Data.IsEmpty.ShouldBeTrue();
        response.Etag.ShouldBeEmpty();
    }

    [Fact]
    public async Task Save_then_get_returns_the_same_bytes_with_an_etag()
    {
        var key = NewKey();

        await SaveAsync(Item(key, """{"a":1}"""));

        var response = await GetAsync(key);
        response.Data.ToStringUtf8().ShouldBe("""{"a":1}""");
        response.Etag.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Each_save_gives_a_new_etag()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));
        var first = await GetAsync(key);

        await SaveAsync(Item(key, "1"));

        (await GetAsync(key)).Etag.ShouldNotBe(first.Etag);
    }

    [Fact]
    public async Task Delete_removes_and_may_be_repeated()
    {
        var key = NewKey();
        await SaveAsync(Item(key, "1"));

        await DeleteAsync(key);
        await DeleteAsync(key);

        (await GetAsync(key)).Data.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Bulk_get_has_one_item_per_key_and_leaves_missing_ones_empty()
    {
        string present = NewKey(), missing = NewKey();
        await SaveAsync(Item(present, "1"));

        var response = await Sidecar.Grpc.GetBulkStateAsync(
            new GetBulkStateRequest { StoreName = SidecarFixture.StateStore, Keys = { present, missing } }, cancellationToken: Cancellation);

        var items = response.Items.ToDictionary(item => item.Key);
        items.Keys.ShouldBe([present, missing], ignoreOrder: true);
        items[present].Data.ToStringUtf8().ShouldBe("1");
        items[present].Etag.ShouldNotBeEmpty();
        items[missing].Data.IsEmpty.ShouldBeTrue();
        items[missing].Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bulk_delete_removes_every_key()
    {
        string first = NewKey(), second = NewKey();
        await SaveAsync(Item(first, "1"), Item(second, "2"));

        await Sidecar.Grpc.DeleteBulkStateAsync(
            new DeleteBulkStateRequest { StoreName = SidecarFixture.StateStore, States = { Item(first, ""), Item(second, "") } }, cancellationToken: Cancellation);

        (await GetAsync(first)).Data.IsEmpty.ShouldBeTrue();
        (await GetAsync(second)).Data.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task A_value_that_is_said_to_be_json_is_read_as_json()
    {
        var key = NewKey();
        var item = Item(key, """{ "a" : [1, "ü"] }""");
        item.Metadata["contentType"] = "application/json";

        await SaveAsync(item);

        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("""{"a":[1,"ü"]}""");
    }

    [Fact]
    public async Task A_value_that_is_said_to_be_json_and_is_not_is_refused()
    {
        var item = Item(NewKey(), "{broken");
        item.Metadata["contentType"] = "application/json";

        (await RefusalAsync(() => SaveAsync(item))).ShouldBe(StatusCode.Unknown);
    }

    [Fact]
    public async Task A_value_keeps_its_bytes_whatever_they_are()
    {
        var key = NewKey();
        var bytes = ByteString.CopyFrom([0, 255, 1, 254, 13, 10]);

        await SaveAsync(new StateItem { Key = key, Value = bytes });

        (await GetAsync(key)).Data.ShouldBe(bytes);
    }

    [Fact]
    public async Task A_value_can_be_as_large_as_a_message()
    {
        var key = NewKey();
        var text = new string('x', 3 * 1024 * 1024);

        await SaveAsync(Item(key, text));

        (await GetAsync(key)).Data.Length.ShouldBe(text.Length);
    }

    [Fact]
    public async Task A_larger_message_is_refused_and_the_sidecar_goes_on()
    {
        var key = NewKey();

        (await RefusalAsync(() => SaveAsync(Item(key, new string('x', 5 * 1024 * 1024))))).ShouldBe(StatusCode.ResourceExhausted);

        (await GetAsync(key)).Data.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task An_unknown_store_is_an_invalid_argument()
    {
        var error = await Should.ThrowAsync<RpcException>(async () =>
            await Sidecar.Grpc.GetStateAsync(new GetStateRequest { StoreName = "nowhere", Key = "a" }, cancellationToken: Cancellation));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task A_key_with_the_separator_is_an_invalid_argument()
    {
        var error = await Should.ThrowAsync<RpcException>(() => SaveAsync(Item("a||b", "1")));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task An_empty_key_cannot_be_saved()
    {
        var error = await Should.ThrowAsync<RpcException>(() => SaveAsync(Item("", "1")));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task A_lifetime_shows_when_the_value_expires_but_not_on_redis()
    {
        var key = NewKey();
        var item = Item(key, "1");
        item.Metadata["ttlInSeconds"] = "3600";

        await SaveAsync(item);

        (await GetAsync(key)).Metadata.ContainsKey("ttlExpireTime").ShouldBe(!await IsRedisAsync());
    }
}
