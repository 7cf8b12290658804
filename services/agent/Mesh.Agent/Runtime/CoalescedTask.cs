namespace Mesh.Agent.Runtime;

/// <summary>Runs work beside a loop that must not wait for it, and none while the last is still under way, so that slow work never piles up.</summary>
internal sealed class CoalescedTask
{
    private Task _running = Task.CompletedTask;

    public bool IsIdle => _running.IsCompleted;

    /// <summary>Ends when the last begun work has ended.</summary>
    public Task Completion => _running;

    /// <summary>Begins the work, which handles its own errors, unless the last has not ended.</summary>
    public bool TryRun(Func<Task> work)
    {
        if (!IsIdle)
            return false;
        _running = work();
        return true;
    }
}
