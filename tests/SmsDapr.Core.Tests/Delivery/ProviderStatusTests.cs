using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Tests.Delivery;

public sealed class ProviderStatusTests
{
    [Theory]
    [InlineData("queued", SmsStatus.Queued, MessageStatus.Sent)]
    [InlineData("accepted", SmsStatus.Queued, MessageStatus.Sent)]
    [InlineData("scheduled", SmsStatus.Queued, MessageStatus.Sent)]
    [InlineData("sending", SmsStatus.Sending, MessageStatus.Sent)]
    [InlineData("sent", SmsStatus.Sent, MessageStatus.Sent)]
    [InlineData("delivered", SmsStatus.Delivered, MessageStatus.Delivered)]
    [InlineData("read", SmsStatus.Delivered, MessageStatus.Delivered)]
    [InlineData("failed", SmsStatus.Failed, MessageStatus.Failed)]
    [InlineData("undelivered", SmsStatus.Undelivered, MessageStatus.Failed)]
    [InlineData("canceled", SmsStatus.Cancelled, MessageStatus.Failed)]
    public void Find_maps_as_the_contract_says(string word, SmsStatus sms, MessageStatus message)
    {
        var status = ProviderStatuses.Find(word).ShouldNotBeNull();

        status.ToSmsStatus().ShouldBe(sms);
        status.ToMessageStatus().ShouldBe(message);
    }

    [Theory]
    [InlineData("receiving")]
    [InlineData("received")]
    [InlineData("partially_delivered")]
    [InlineData("cancelled")]
    [InlineData("SENT")]
    [InlineData("")]
    [InlineData(null)]
    public void Find_an_unknown_word_is_null(string? word) => ProviderStatuses.Find(word).ShouldBeNull();
}
