using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>
/// Work in order for each machine, side by side for different ones: preparing one may take long, aborting another must not.
/// </summary>
internal sealed class VmLanes
{
    /// <summary>How much work may wait for one machine.</summary>
    public const int WaitingMax = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<VmId, (Task Last, int Waiting)> _lanes = [];

    /// <summary>Puts work, which handles its own errors, behind what waits for the machine; false if too much waits already.</summary>
    public bool TryPost(VmId vm, Func<Task> work)
    {
        lock (_lock)
        {
            var (last, waiting) = _lanes.TryGetValue(vm, out var lane) ? lane : (Task.CompletedTask, 0);
            if (waiting >= WaitingMax)
                return false;
            _lanes[vm] = (RunAfterAsync(last, vm, work), waiting + 1);
            return true;
        }
    }

    public Task StoppedAsync()
    {
        lock (_lock)
            return Task.WhenAll(_lanes.Values.Select(lane => lane.Last));
    }

    private async Task RunAfterAsync(Task last, VmId vm, Func<Task> work)
    {
        // Off the caller's thread, who holds the lock and must not wait.
        await last.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await work();
        }
        finally
        {
            Leave(vm);
        }
    }

    private void Leave(VmId vm)
    {
        lock (_lock)
        {
            var (last, waiting) = _lanes[vm];
            if (waiting == 1)
                _lanes.Remove(vm);
            else
                _lanes[vm] = (last, waiting - 1);
        }
    }
}
