using System.Threading.Channels;
using Grpc.Core;

namespace SmsDapr.Sidecar.Workflows.Dispatch;

/// <summary>A connected worker.</summary>
internal sealed class WorkerStream;

/// <summary>One queue feeds all connected workers: whoever is free takes the next item.</summary>
internal sealed class WorkerStreams(EngineSettings settings, ILogger log)
{
    private static readonly WriteOptions Unflushed = new(WriteFlags.BufferHint);

    private readonly Channel<DispatchedWork> _queue = Channel.CreateUnbounded<DispatchedWork>(new UnboundedChannelOptions { SingleWriter = true });
    private int _connected;

    /// <summary>Called on a stream's thread when it ended; what it had taken is to be given to another.</summary>
    public required Action<WorkerStream> Closed { get; init; }

    /// <summary>Called on a stream's thread after it took an item, while fewer than <see cref="EngineSettings.QueueLowWater"/> are left.</summary>
    public required Action RunningLow { get; init; }

    public required Action Opened { get; init; }

    public int Connected => Volatile.Read(ref _connected);

    public int Queued => _queue.Reader.Count;

    public void Enqueue(DispatchedWork work) => _queue.Writer.TryWrite(work);

    public async Task ServeAsync(IServerStreamWriter<DispatchedWork> output, CancellationToken stopping, CancellationToken disconnected)
    {
        var stream = new WorkerStream();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, disconnected);
        log.WorkerConnected(Interlocked.Increment(ref _connected));
        Opened();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(ended.Token))
            {
                for (var work = Take(stream); work is not null && !ended.IsCancellationRequested;)
                {
                    // Holding the next one means this one need not be flushed: both travel in the same packet.
                    var next = Take(stream);
                    await SendAsync(work, output, isLast: next is null, ended.Token);
                    work = next;
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "shutting down"));
        }
        catch (Exception error) when (disconnected.IsCancellationRequested && error is OperationCanceledException or InvalidOperationException or IOException)
        {
            // The worker left; what it had taken is handed on below.
        }
        finally
        {
            log.WorkerDisconnected(Interlocked.Decrement(ref _connected));
            Closed(stream);
        }
    }

    private DispatchedWork? Take(WorkerStream stream)
    {
        DispatchedWork? work;
        while (_queue.Reader.TryRead(out work) && work.IsRevoked)
        {
        }

        if (work is null or { IsRevoked: true })
            return null;
        work.Stream = stream;
        if (_queue.Reader.Count < settings.QueueLowWater)
            RunningLow();
        return work;
    }

    private async Task SendAsync(DispatchedWork work, IServerStreamWriter<DispatchedWork> output, bool isLast, CancellationToken ended)
    {
        output.WriteOptions = isLast ? null : Unflushed;
        var sent = output.WriteAsync(work, CancellationToken.None);
        if (sent.IsCompletedSuccessfully)
            return;
        try
        {
            // A network timeout runs in real time, whatever clock the workflows live on.
            await sent.WaitAsync(settings.SendTimeout, TimeProvider.System, ended);
        }
        catch (TimeoutException)
        {
            log.WorkerTooSlow(settings.SendTimeout);
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "timed out while sending a work item to the worker"));
        }
    }
}
