using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

public abstract class BulkSubscription(SidecarFixture sidecar) : PubSubTests(sidecar)
{
    [Fact]
    public async Task Events_come_as_entries_of_one_call()
    {
        var application = Sidecar.RequireApplication();
        application.Answer("events/bulk", call => Settle(call, _ => "SUCCESS"));

        await PublishAsync("bulk", "counted", "1");

        var call = await application.NextAsync("events/bulk", Cancellation);
        call.ContentType.ShouldBe("application/json");
        call.Json["type"]!.GetValue<string>().ShouldBe("com.dapr.event.sent.bulk");
        call.Json["topic"]!.GetValue<string>().ShouldBe("bulk");
        call.Json["pubsubname"]!.GetValue<string>().ShouldBe(SidecarFixture.PubSub);
        var entry = call.Json["entries"]!.AsArray().ShouldHaveSingleItem()!;
        entry["entryId"]!.GetValue<string>().ShouldNotBeEmpty();
        entry["contentType"]!.GetValue<string>().ShouldBe("application/cloudevents+json");
        entry["event"]!["type"]!.GetValue<string>().ShouldBe("counted");
        entry["event"]!["data"]!.GetValue<int>().ShouldBe(1);
    }

    [Theory]
    [InlineData("DROP")]
    [InlineData("RETRY")]
    [InlineData("")]
    [InlineData(null)]
    public async Task An_entry_that_is_not_answered_with_success_goes_to_the_dead_letter_topic(string? status)
    {
        var application = Sidecar.RequireApplication();
        application.Answer("events/bulk", call => Settle(call, type => type == "refused" ? status : "SUCCESS"));

        await PublishAsync("bulk", "taken", "1");
        await PublishAsync("bulk", "refused", "2");

        var buried = await application.NextAsync("events/bulk-dead", Cancellation);
        buried.Json["type"]!.GetValue<string>().ShouldBe("refused");

        // On a busy machine the two may come in calls of their own; none is left to the next test.
        var call = await application.NextAsync("events/bulk", Cancellation);
        while (call.Json["entries"]!.AsArray().All(entry => entry!["event"]!["type"]!.GetValue<string>() != "refused"))
            call = await application.NextAsync("events/bulk", Cancellation);
    }

    private static IResult Settle(ReceivedCall call, Func<string, string?> status)
    {
        var statuses = call.Json["entries"]!.AsArray()
            .Select(entry => new JsonObject { ["entryId"] = (string?)entry!["entryId"], ["status"] = status((string)entry["event"]!["type"]!) })
            .Where(answer => answer["status"] is not null);
        return Results.Json(new JsonObject { ["statuses"] = new JsonArray([.. statuses]) });
    }
}
