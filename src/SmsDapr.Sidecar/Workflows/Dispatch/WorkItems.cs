using System.Buffers;
using System.Text;
using Google.Protobuf;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows.Dispatch;

/// <summary>
/// One thing for a worker to do. It is written as <c>WorkItem</c> straight from stored bytes: history that was encoded once
/// is copied, not parsed, so a turn costs the same with ten events as with a thousand.
/// </summary>
internal abstract class DispatchedWork(string token)
{
    // WorkItem.completionToken: field 10, length-delimited.
    private const uint TokenTag = (10 << 3) | 2;

    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    /// <summary>daprd leaves the token empty; workers echo it either way, and it tells a late answer from the awaited one.</summary>
    public string Token { get; } = token;

    /// <summary>The stream that took this item; null while it is queued.</summary>
    public WorkerStream? Stream { get; set; }

    /// <summary>The instance is gone: no worker should see this any more.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>Length of the request inside the work item.</summary>
    protected abstract int RequestLength { get; }

    protected abstract uint RequestTag { get; }

    public int EncodedLength =>
        CodedOutputStream.ComputeUInt32Size(RequestTag) + CodedOutputStream.ComputeLengthSize(RequestLength) + RequestLength
        + CodedOutputStream.ComputeUInt32Size(TokenTag) + CodedOutputStream.ComputeLengthSize(_token.Length) + _token.Length;

    public void WriteTo(IBufferWriter<byte> output)
    {
        WriteVarint(output, RequestTag);
        WriteVarint(output, (uint)RequestLength);
        WriteRequest(output);
        WriteVarint(output, TokenTag);
        WriteVarint(output, (uint)_token.Length);
        output.Write(_token);
    }

    protected abstract void WriteRequest(IBufferWriter<byte> output);

    protected static void WriteVarint(IBufferWriter<byte> output, uint value)
    {
        var span = output.GetSpan(5);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        output.Advance(length);
    }
}

/// <summary>One execution step of a workflow: all committed history and the events of this turn.</summary>
internal sealed class Turn : DispatchedWork
{
    // WorkItem.workflowRequest: field 1; WorkflowRequest.instanceId: field 1.
    private const uint InstanceIdTag = (1 << 3) | 2;

    private readonly byte[] _instanceId;
    private readonly IReadOnlyList<byte[]> _past;
    private readonly int _pastPieces;
    private readonly byte[] _new;

    public Turn(string token, Instance instance, Progress progress, IReadOnlyList<Dapr.DurableTask.Protobuf.HistoryEvent> newEvents, long lastSequence)
        : base(token)
    {
        _instanceId = Encoding.UTF8.GetBytes(instance.Id);
        _past = progress.History;
        _pastPieces = progress.History.Count;
        _new = HistoryEvents.EncodeNew(newEvents);
        NewEvents = newEvents;
        LastSequence = lastSequence;
        RequestLength = CodedOutputStream.ComputeUInt32Size(InstanceIdTag) + CodedOutputStream.ComputeLengthSize(_instanceId.Length)
            + _instanceId.Length + progress.HistoryBytes + _new.Length;
    }

    public IReadOnlyList<Dapr.DurableTask.Protobuf.HistoryEvent> NewEvents { get; }

    /// <summary>Counts as one of the turns that may be with workers.</summary>
    public bool HoldsPlace { get; set; }

    /// <summary>The last inbox row that this turn consumes.</summary>
    public long LastSequence { get; }

    protected override int RequestLength { get; }

    protected override uint RequestTag => (1 << 3) | 2;

    protected override void WriteRequest(IBufferWriter<byte> output)
    {
        WriteVarint(output, InstanceIdTag);
        WriteVarint(output, (uint)_instanceId.Length);
        output.Write(_instanceId);
        for (var piece = 0; piece < _pastPieces; piece++)
            output.Write(_past[piece]);
        output.Write(_new);
    }
}

/// <summary>One activity, as stored with the turn that scheduled it.</summary>
/// <param name="key">The activity.</param>
/// <param name="request">Its request as it is sent.</param>
/// <param name="name">Its name, where names make a difference.</param>
internal sealed class ActivityRun(ActivityKey key, byte[] request, string name) : DispatchedWork(ActivityToken.Format(key))
{
    public ActivityKey Key { get; } = key;

    public string Name { get; } = name;

    public byte[] Request { get; } = request;

    protected override int RequestLength => Request.Length;

    protected override uint RequestTag => (2 << 3) | 2;

    protected override void WriteRequest(IBufferWriter<byte> output) => output.Write(Request);
}
