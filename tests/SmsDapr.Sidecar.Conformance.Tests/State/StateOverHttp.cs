using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace SmsDapr.Sidecar.Conformance.Tests.State;

public abstract class StateOverHttp(SidecarFixture sidecar) : StateTests(sidecar)
{
    private const string Store = $"/v1.0/state/{SidecarFixture.StateStore}";

    [Fact]
    public async Task Post_then_get_returns_the_json_and_its_etag()
    {
        var key = NewKey();

        var saved = await PostAsync(Store, new JsonArray(new JsonObject { ["key"] = key, ["value"] = new JsonObject { ["a"] = "b" } }));

        saved.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var got = await Sidecar.Http.GetAsync($"{Store}/{key}", Cancellation);
        got.StatusCode.ShouldBe(HttpStatusCode.OK);
        got.Headers.TryGetValues("ETag", out _).ShouldBeTrue();
        (await got.Content.ReadAsStringAsync(Cancellation)).ShouldBe("""{"a":"b"}""");
    }

    [Fact]
    public async Task Get_of_a_missing_key_is_204() =>
        (await Sidecar.Http.GetAsync($"{Store}/{NewKey()}", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

    [Fact]
    public async Task A_wrong_etag_is_409()
    {
        var key = NewKey();
        var old = await SaveTwiceAsync(key);

        var response = await PostAsync(Store, new JsonArray(new JsonObject { ["key"] = key, ["value"] = 2, ["etag"] = old }));

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await ErrorCodeAsync(response)).ShouldBe("ERR_STATE_SAVE");
    }

    [Fact]
    public async Task Delete_takes_its_etag_from_if_match()
    {
        var key = NewKey();
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Store}/{key}");
        request.Headers.TryAddWithoutValidation("If-Match", await SaveTwiceAsync(key));

        var response = await Sidecar.Http.SendAsync(request, Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await Sidecar.Http.DeleteAsync($"{Store}/{key}", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Bulk_get_names_each_key()
    {
        string present = NewKey(), missing = NewKey();
        await SaveAsync(Item(present, "1"));

        var response = await PostAsync($"{Store}/bulk", new JsonObject { ["keys"] = new JsonArray(present, missing) });

        var items = (await response.Content.ReadFromJsonAsync<JsonArray>(Cancellation))!;
        items.Select(item => (string)item!["key"]!).ShouldBe([present, missing], ignoreOrder: true);
        items.Single(item => (string)item!["key"]! == present)!["data"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_is_204()
    {
        var key = NewKey();
        var upsert = new JsonObject { ["operation"] = "upsert", ["request"] = new JsonObject { ["key"] = key, ["value"] = 1 } };

        var response = await PostAsync($"{Store}/transaction", new JsonObject { ["operations"] = new JsonArray(upsert) });

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await GetAsync(key)).Data.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public async Task A_wrong_etag_in_a_transaction_is_500()
    {
        var key = NewKey();
        var old = await SaveTwiceAsync(key);
        var upsert = new JsonObject { ["operation"] = "upsert", ["request"] = new JsonObject { ["key"] = key, ["value"] = 2, ["etag"] = old } };

        var response = await PostAsync($"{Store}/transaction", new JsonObject { ["operations"] = new JsonArray(upsert) });

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await ErrorCodeAsync(response)).ShouldBe("ERR_STATE_TRANSACTION");
    }

    [Fact]
    public async Task First_write_is_asked_for_by_name()
    {
        var key = NewKey();
        JsonArray Body(int value) => new(new JsonObject { ["key"] = key, ["value"] = value, ["options"] = new JsonObject { ["concurrency"] = "first-write" } });
        (await PostAsync(Store, Body(1))).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await PostAsync(Store, Body(2))).IsSuccessStatusCode.ShouldBeFalse();

        (await Sidecar.Http.GetStringAsync($"{Store}/{key}", Cancellation)).ShouldBe("1");
    }

    [Fact]
    public async Task Text_is_stored_as_json_text_without_escapes_it_does_not_need()
    {
        var key = NewKey();

        await Sidecar.Http.PostAsync(Store, new StringContent($$"""[{"key":"{{key}}","value":"Grüße"}]"""), Cancellation);

        (await Sidecar.Http.GetStringAsync($"{Store}/{key}", Cancellation)).ShouldBe("\"Grüße\"");
    }

    [Fact]
    public async Task A_lifetime_shows_when_the_value_expires_but_not_on_redis()
    {
        var shows = !await IsRedisAsync();
        var key = NewKey();
        await PostAsync(Store, new JsonArray(new JsonObject { ["key"] = key, ["value"] = 1, ["metadata"] = new JsonObject { ["ttlInSeconds"] = "3600" } }));

        (await Sidecar.Http.GetAsync($"{Store}/{key}", Cancellation)).Headers.Contains("metadata.ttlExpireTime").ShouldBe(shows);
        var bulk = await PostAsync($"{Store}/bulk", new JsonObject { ["keys"] = new JsonArray(key) });
        ((await bulk.Content.ReadFromJsonAsync<JsonArray>(Cancellation))![0]!["metadata"]?["ttlExpireTime"] is not null).ShouldBe(shows);
    }

    [Fact]
    public async Task An_unknown_store_is_400_with_its_error_code()
    {
        var response = await Sidecar.Http.GetAsync("/v1.0/state/nowhere/a", Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ErrorCodeAsync(response)).ShouldBe("ERR_STATE_STORE_NOT_FOUND");
    }

    [Fact]
    public async Task A_malformed_body_is_400()
    {
        var response = await Sidecar.Http.PostAsync(Store, new StringContent("{broken"), Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ErrorCodeAsync(response)).ShouldBe("ERR_MALFORMED_REQUEST");
    }

    /// <summary>Leaves a value and answers an etag that it no longer has.</summary>
    private async Task<string> SaveTwiceAsync(string key)
    {
        await SaveAsync(Item(key, "1"));
        var old = (await GetAsync(key)).Etag;
        await SaveAsync(Item(key, "1"));
        return old;
    }

    private Task<HttpResponseMessage> PostAsync(string path, JsonNode body) => Sidecar.Http.PostAsJsonAsync(path, body, Cancellation);

    private static async Task<string?> ErrorCodeAsync(HttpResponseMessage response) =>
        (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["errorCode"];
}
