namespace Mesh.Agent.Runtime;

/// <summary>Runs slow work beside a loop without blocking it, one run at a time, so that runs never pile up.</summary>
internal sealed class CoalescedTask
{
    private Task _running = Task.CompletedTask;

    public bool IsIdle => _running.IsCompleted;

    /// <summary>Completes when the last run has ended.</summary>
    public Task Completion => _running;

    /// <summary>Starts the work, which handles its own errors, unless the previous run is still in progress.</summary>
    public bool TryRun(Func<Task> work)
    {
        if (!IsIdle)
            return false;
        _running = work();
        return true;
    }
}
