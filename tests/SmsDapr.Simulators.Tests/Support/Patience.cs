namespace SmsDapr.Simulators.Tests.Support;

/// <summary>How long a test waits for what happens elsewhere in real time: long enough for a busy machine, and not for ever.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public Patience() => _limit.CancelAfter(Longest);

    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(60);

    public CancellationToken Token => _limit.Token;

    public void Dispose() => _limit.Dispose();
}
