using Mesh.Contracts.Values;

namespace Mesh.Agent.Runtime;

/// <summary>
/// Runs work in order for each VM and concurrently across VMs: preparing one may take long, and aborting another must not wait for it.
/// </summary>
internal sealed class KeyedTaskQueue
{
    public const int CapacityPerKey = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<VmId, (Task Last, int Waiting)> _queues = [];

    /// <summary>Queues work, which handles its own errors; false if the VM's queue is full.</summary>
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
        // Yield first: the caller holds the lock and must not block.
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
