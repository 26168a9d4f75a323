using System.Globalization;
using System.Text;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Tests.Hosting;

public class SpreadTests
{
    private const int Users = 200_000;
    private const int DocumentLimit = 64 * 1024;
    private const int LongestId = 64;

    /// <summary>What hosts call their users: numbers, hexadecimal numbers, padded ones with a common head or tail.</summary>
    [Theory]
    [InlineData("{0}")]
    [InlineData("{0:x32}")]
    [InlineData("tenant-4711-user-{0:d10}")]
    [InlineData("{0:d8}@example.org")]
    public void The_users_of_a_busy_day_are_spread_so_that_no_document_grows_too_big(string format)
    {
        var pattern = CompositeFormat.Parse(format);
        var largest = Enumerable.Range(1, Users)
            .CountBy(number => Spread.Of(string.Format(CultureInfo.InvariantCulture, pattern, number), MessageIndex.UserShards))
            .Max(document => document.Value);

        (largest * (LongestId + "\"\",".Length)).ShouldBeLessThan(DocumentLimit);
    }

    [Fact]
    public void An_id_stays_in_its_document_in_every_process() => Spread.Of("user-1", 256).ShouldBe(116);
}
