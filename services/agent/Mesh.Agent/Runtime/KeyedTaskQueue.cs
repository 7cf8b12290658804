using Mesh.Contracts.Values;

namespace Mesh.Agent.Runtime;

/// <summary>
/// Work in order for each machine, side by side for different ones: preparing one may take long, aborting another must not.
/// </summary>
internal sealed class KeyedTaskQueue
{
    /// <summary>How much work may wait for one machine.</summary>
    public const int CapacityPerKey = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<VmId, (Task Last, int Waiting)> _queues = [];

    /// <summary>Puts work, which handles its own errors, behind what waits for the machine; false if too much waits already.</summary>
    public bool TryEnqueue(VmId vm, Func<Task> work)
    {
        lock (_lock)
        {
            var (last, waiting) = _queues.TryGetValue(vm, out var queue) ? queue : (Task.CompletedTask, 0);
            if (waiting >= CapacityPerKey)
                return false;
            _queues[vm] = (RunAfterAsync(last, vm, work), waiting + 1);
            return true;
        }
    }

    public Task WaitForCompletionAsync()
    {
        lock (_lock)
            return Task.WhenAll(_queues.Values.Select(queue => queue.Last));
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
            Dequeue(vm);
        }
    }

    private void Dequeue(VmId vm)
    {
        lock (_lock)
        {
            var (last, waiting) = _queues[vm];
            if (waiting == 1)
                _queues.Remove(vm);
            else
                _queues[vm] = (last, waiting - 1);
        }
    }
}
