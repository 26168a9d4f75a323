using System.Text.Json;
using NodaTime;
using SmsDapr.Core;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Tests.Messages;

public sealed class StatusEventTests
{
    [Fact]
    public void Data_namesEveryProperty_alsoWhereThereIsNothingToSay()
    {
        var data = new StatusEvent("m", "anna", MessageStatus.Scheduled, Reason: null, Attempt: null, Sequence: 1, Instant.FromUtc(2026, 3, 8, 12, 0));

        JsonSerializer.Serialize(data, CoreJson.Options).ShouldBe(
            """{"messageId":"m","userId":"anna","status":"scheduled","reason":null,"attempt":null,"sequence":1,"at":"2026-03-08T12:00:00Z"}""");
    }
}
