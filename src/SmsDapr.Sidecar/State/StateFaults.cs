using System.Diagnostics.CodeAnalysis;

namespace SmsDapr.Sidecar.State;

/// <summary>Which state operations fail.</summary>
[SuppressMessage("Design", "CA1008:Enums should have zero value", Justification = "There is no operation of no kind.")]
[Flags]
public enum StateOperationKinds
{
    Read = 1,
    Write = 2,
    All = Read | Write,
}

/// <summary>Failures to order, for tests of what an application does without its state store. Hits application state only.</summary>
public sealed class StateFaults
{
    private readonly Lock _gate = new();
    private bool _down;
    private int _remaining;
    private StateOperationKinds _kinds;

    /// <summary>Lets the next <paramref name="count"/> operations of these kinds fail; 0 clears.</summary>
    public void FailNext(StateOperationKinds kinds, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_gate)
        {
            _kinds = kinds;
            _remaining = count;
        }
    }

    /// <summary>Lets every operation fail until set back.</summary>
    public void SetDown(bool down)
    {
        lock (_gate)
            _down = down;
    }

    internal bool Strikes(StateOperationKinds kind)
    {
        lock (_gate)
        {
            if (_down)
                return true;
            if (_remaining == 0 || (_kinds & kind) == 0)
                return false;
            _remaining--;
            return true;
        }
    }
}
