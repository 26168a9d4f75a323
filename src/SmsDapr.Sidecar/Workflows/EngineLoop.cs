using System.Collections.Concurrent;
using Grpc.Core;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>
/// The one thread that changes workflows. It takes what has piled up while the last commit was written, applies it in
/// one transaction, and answers all of it after the commit: the disk is synced once for many calls, and no state needs a lock.
/// </summary>
internal sealed class EngineLoop(EngineCore core, EngineSettings settings, ILogger log, Action failed) : IDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<EngineRequest> _requests = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();

    public void Start() => new Thread(Run) { IsBackground = true, Name = "workflow engine" }.Start();

    public Task<T> Call<T>(Func<EngineCore, T> call)
    {
        var request = new EngineCall<T>(call);
        Post(request);
        return request.Answer;
    }

    public void Post(EngineRequest request)
    {
        try
        {
            _requests.Add(request);
        }
        catch (InvalidOperationException)
        {
            request.Failed(Stopped());
        }
    }

    /// <summary>Refuses further calls, finishes those under way and closes the store.</summary>
    public async Task StopAsync()
    {
        _requests.CompleteAdding();
        await _stopping.CancelAsync();
        await _ended.Task;
    }

    public void Dispose()
    {
        _requests.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        var batch = new List<EngineRequest>(settings.BatchSize);
        try
        {
            core.Recover();
            foreach (var first in _requests.GetConsumingEnumerable())
            {
                batch.Add(first);
                while (batch.Count < settings.BatchSize && _requests.TryTake(out var next))
                    batch.Add(next);
                RunBatch(batch);
                batch.Clear();
            }
        }
        catch (Exception error)
        {
            // Nobody can go on without the store: refuse everything and let the host end the process.
            log.EngineFailed(error);
            _requests.CompleteAdding();
            Refuse(batch, error);
            Refuse(_requests.GetConsumingEnumerable(), error);
            failed();
        }
        finally
        {
            core.Close();
            _ended.SetResult();
        }
    }

    private void RunBatch(List<EngineRequest> batch)
    {
        try
        {
            core.Begin();
            foreach (var request in batch)
                request.Execute(core);
            core.Commit();
        }
        catch (Exception error)
        {
            // Memory may be ahead of the disk now. As after a crash, the disk is right.
            log.StoreFailed(error);
            Refuse(batch, error);
            core.Rollback();
            _stopping.Token.WaitHandle.WaitOne(PauseAfterFailure);
            core.Recover();
            return;
        }

        core.AfterCommit(batch);
    }

    private static void Refuse(IEnumerable<EngineRequest> requests, Exception error)
    {
        foreach (var request in requests)
            request.Failed(new RpcException(new Status(StatusCode.Unavailable, "the workflow store failed", error)));
    }

    private static RpcException Stopped() => new(new Status(StatusCode.Unavailable, "the workflow engine is shutting down"));
}
