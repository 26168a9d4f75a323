using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Tests.Messages;

public sealed class PublishedSequencesTests
{
    [Fact]
    public void Of_isTheLaterOfWhatIsKnownHereAndInTheRecord()
    {
        var published = new PublishedSequences();
        published.Add("m", 3);

        published.Of("m", stored: 1).ShouldBe(3);
        published.Of("m", stored: 5).ShouldBe(5);
        published.Of("other", stored: 2).ShouldBe(2);
        published.Remove("m");
        published.Of("m", stored: 1).ShouldBe(1);
    }

    [Fact]
    public void Messages_thatEndElsewhere_areForgotten()
    {
        var published = new PublishedSequences();
        published.Add("first", 1);
        foreach (var number in Enumerable.Range(0, 2 * PublishedSequences.GenerationSize))
            published.Add($"m{number}", 1);

        published.Of("first", stored: 0).ShouldBe(0);
        published.Of($"m{(2 * PublishedSequences.GenerationSize) - 1}", stored: 0).ShouldBe(1);
    }
}
