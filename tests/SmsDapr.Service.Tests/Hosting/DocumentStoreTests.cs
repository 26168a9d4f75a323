using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class DocumentStoreTests(RunningService service)
{
    private readonly IDocumentStore _documents = service.Services.GetRequiredService<IDocumentStore>();
    private readonly string _key = $"test-{Guid.NewGuid()}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_ofNothing_isNull() => (await _documents.FindAsync<Counter>(_key, Cancellation)).ShouldBeNull();

    [Fact]
    public async Task TryCreate_ofSomethingThatExists_isFalseAndChangesNothing()
    {
        (await _documents.TryCreateAsync(_key, new Counter(1), Cancellation)).ShouldBeTrue();
        (await _documents.TryCreateAsync(_key, new Counter(2), Cancellation)).ShouldBeFalse();

        (await _documents.FindAsync<Counter>(_key, Cancellation))!.Value.ShouldBe(new Counter(1));
    }

    [Fact]
    public async Task TryCreate_ofEqualDocumentsAtOnce_isTrueForOneOnly()
    {
        var created = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _documents.TryCreateAsync(_key, new Counter(7), Cancellation)));

        created.Count(won => won).ShouldBe(1);
    }

    [Fact]
    public async Task TryReplace_withAnOldETag_isFalse()
    {
        await _documents.TryCreateAsync(_key, new Counter(1), Cancellation);
        var read = await _documents.FindAsync<Counter>(_key, Cancellation);

        (await _documents.TryReplaceAsync(_key, new Counter(2), read!.ETag, Cancellation)).ShouldBeTrue();
        (await _documents.TryReplaceAsync(_key, new Counter(3), read.ETag, Cancellation)).ShouldBeFalse();
        (await _documents.FindAsync<Counter>(_key, Cancellation))!.Value.ShouldBe(new Counter(2));
    }

    [Fact]
    public async Task TryReplace_ofSomethingDeleted_isFalse()
    {
        await _documents.TryCreateAsync(_key, new Counter(1), Cancellation);
        var read = await _documents.FindAsync<Counter>(_key, Cancellation);
        await _documents.DeleteAsync(_key, Cancellation);

        (await _documents.TryReplaceAsync(_key, new Counter(2), read!.ETag, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task Update_byManyInTwoProcesses_losesNoChange()
    {
        await using var other = await service.StartServiceAsync(service.GrpcAddress);
        var otherDocuments = other.Services.GetRequiredService<IDocumentStore>();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(index =>
            (index % 2 == 0 ? _documents : otherDocuments).UpdateAsync<Counter>(_key, current => new Counter((current?.Count ?? 0) + 1), Cancellation)));

        (await _documents.FindAsync<Counter>(_key, Cancellation))!.Value.ShouldBe(new Counter(200));
    }

    [Fact]
    public async Task Update_answersEachCallerWithItsOwnChange()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            _documents.UpdateAsync<Counter>(_key, current => new Counter((current?.Count ?? 0) + 1), Cancellation)));

        answers.Select(answer => answer!.Count).Order().ShouldBe(Enumerable.Range(1, 50));
    }

    [Fact]
    public async Task Update_thatDeclines_leavesWhatIsThereAndAnswersIt()
    {
        (await _documents.UpdateAsync<Counter>(_key, _ => null, Cancellation)).ShouldBeNull();
        (await _documents.FindAsync<Counter>(_key, Cancellation)).ShouldBeNull();

        await _documents.TryCreateAsync(_key, new Counter(1), Cancellation);
        (await _documents.UpdateAsync<Counter>(_key, _ => null, Cancellation)).ShouldBe(new Counter(1));
    }

    [Fact]
    public async Task Update_whoseChangeThrows_failsThatCallerAlone()
    {
        var updates = Enumerable.Range(0, 20)
            .Select(index => _documents.UpdateAsync<Counter>(
                _key,
                current => index == 3 ? throw new InvalidOperationException("mine") : new Counter((current?.Count ?? 0) + 1),
                Cancellation))
            .ToArray();

        (await Should.ThrowAsync<InvalidOperationException>(() => updates[3])).Message.ShouldBe("mine");
        await Task.WhenAll(updates.Where((_, index) => index != 3));
        (await _documents.FindAsync<Counter>(_key, Cancellation))!.Value.ShouldBe(new Counter(19));
    }

    [Fact]
    public async Task FindMany_answersInTheOrderOfTheKeysAndLeavesOutWhatIsMissing()
    {
        var keys = Enumerable.Range(0, 120).Select(index => $"{_key}-{index}").ToArray();
        await Task.WhenAll(keys.Where((_, index) => index % 3 != 0).Select((key, _) => _documents.TryCreateAsync(key, new Named(key), Cancellation)));

        var found = await _documents.FindManyAsync<Named>(keys.Reverse().ToArray(), Cancellation);

        found.Select(document => document.Value.Name).ShouldBe(keys.Where((_, index) => index % 3 != 0).Reverse());
    }

    internal sealed record Counter(int Count);

    internal sealed record Named(string Name);
}

/// <summary>The same store while its sidecar misbehaves; each test has its own.</summary>
public sealed class FailingDocumentStoreTests : WithOwnService
{
    private const string Key = "test-failing";

    [Fact]
    public async Task Write_thatFailsTwice_isRepeated()
    {
        Service.Faults.FailNext(StateOperationKinds.Write, 2);

        (await Documents.TryCreateAsync(Key, new DocumentStoreTests.Counter(1), Cancellation)).ShouldBeTrue();
        (await Documents.FindAsync<DocumentStoreTests.Counter>(Key, Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Create_whoseAnswerIsLost_isStillTrue()
    {
        LoseAnswers("SaveState", 1);

        (await Documents.TryCreateAsync(Key, new DocumentStoreTests.Counter(1), Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task Replace_whoseAnswerIsLost_isStillTrue()
    {
        await Documents.TryCreateAsync(Key, new DocumentStoreTests.Counter(1), Cancellation);
        var read = await Documents.FindAsync<DocumentStoreTests.Counter>(Key, Cancellation);
        LoseAnswers("SaveState", 1);

        // An equal value, so that only the write's own stamp can tell.
        (await Documents.TryReplaceAsync(Key, new DocumentStoreTests.Counter(1), read!.ETag, Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task Update_whoseAnswerIsLost_appliesItsChangeOnce()
    {
        await Documents.UpdateAsync<DocumentStoreTests.Counter>(Key, _ => new(10), Cancellation);
        LoseAnswers("SaveState", 1);

        await Documents.UpdateAsync<DocumentStoreTests.Counter>(Key, current => new(current!.Count + 1), Cancellation);

        (await Documents.FindAsync<DocumentStoreTests.Counter>(Key, Cancellation))!.Value.Count.ShouldBe(11);
    }

    [Fact]
    public async Task Create_thatLostToAnEqualOneWhileItsOwnAnswerWasLost_isFalse()
    {
        await Documents.TryCreateAsync(Key, new DocumentStoreTests.Counter(1), Cancellation);
        LoseAnswers("SaveState", 1);

        (await Documents.TryCreateAsync(Key, new DocumentStoreTests.Counter(1), Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task StoreThatIsDown_isReportedAsUnavailableAndNotAsMissing()
    {
        await Documents.TryCreateAsync(Key, new DocumentStoreTests.Counter(1), Cancellation);
        Service.Faults.SetDown(true);

        await Should.ThrowAsync<StateStoreUnavailableException>(() => Documents.FindAsync<DocumentStoreTests.Counter>(Key, Cancellation));
        await Should.ThrowAsync<StateStoreUnavailableException>(() => Documents.FindManyAsync<DocumentStoreTests.Counter>([Key], Cancellation));
        await Should.ThrowAsync<StateStoreUnavailableException>(() => Documents.TryCreateAsync(Key, new DocumentStoreTests.Counter(2), Cancellation));
        await Should.ThrowAsync<StateStoreUnavailableException>(() => Documents.UpdateAsync<DocumentStoreTests.Counter>(Key, _ => new(2), Cancellation));

        Service.Faults.SetDown(false);
        (await Documents.UpdateAsync<DocumentStoreTests.Counter>(Key, current => new(current!.Count + 1), Cancellation))!.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Update_ofACallerWhoLeaves_doesNotTakeOthersAlong()
    {
        using var leaving = new CancellationTokenSource();
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Service.OnSidecarCall = async (_, next) =>
        {
            reached.TrySetResult();
            await release.Task;
            await next();
        };

        var first = Documents.UpdateAsync<DocumentStoreTests.Counter>(Key, current => new((current?.Count ?? 0) + 1), leaving.Token);
        await reached.Task;
        var second = Documents.UpdateAsync<DocumentStoreTests.Counter>(Key, current => new((current?.Count ?? 0) + 10), Cancellation);
        await leaving.CancelAsync();
        release.SetResult();

        await Should.ThrowAsync<OperationCanceledException>(() => first);
        (await second)!.Count.ShouldBeGreaterThanOrEqualTo(10);
    }

    private void LoseAnswers(string method, int count) =>
        Service.OnSidecarCall = async (context, next) =>
        {
            await next();
            if (context.Request.Path.Value!.EndsWith($"/{method}", StringComparison.Ordinal) && Interlocked.Decrement(ref count) >= 0)
                context.Abort();
        };
}
