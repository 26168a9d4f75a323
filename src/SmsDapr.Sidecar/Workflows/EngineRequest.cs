namespace SmsDapr.Sidecar.Workflows;

/// <summary>Something for the engine's thread to do inside a transaction; its outcome is told once that transaction is on disk.</summary>
internal abstract class EngineRequest
{
    public abstract void Execute(EngineCore core);

    public abstract void Committed();

    public abstract void Failed(Exception error);
}

internal sealed class EngineCall<T>(Func<EngineCore, T> call) : EngineRequest
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private WorkflowException? _refusal;

    public Task<T> Answer => _answer.Task;

    public override void Execute(EngineCore core)
    {
        try
        {
            _result = call(core);
        }
        catch (WorkflowException refusal)
        {
            // Refusals come before the first change, so the rest of the transaction stands.
            _refusal = refusal;
        }
    }

    public override void Committed()
    {
        if (_refusal is null)
            _answer.SetResult(_result!);
        else
            _answer.SetException(_refusal);
    }

    public override void Failed(Exception error) => _answer.TrySetException(error);
}

/// <summary>Work the engine gives itself; nobody waits for an answer.</summary>
internal sealed class EngineTask(Action<EngineCore> run, IDisposable? unit = null) : EngineRequest
{
    private IDisposable? _unit = unit;

    public override void Execute(EngineCore core)
    {
        if (_unit is not null)
            core.EndAfterCommit(_unit);
        _unit = null;
        run(core);
    }

    public override void Committed()
    {
    }

    public override void Failed(Exception error) => _unit?.Dispose();
}
