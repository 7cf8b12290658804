using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>
/// Reads of jobs, of which a machine has one at most: QEMU answers none during its final pass, and asking it again meanwhile
/// would only pile up threads.
/// </summary>
internal sealed class CoalescedJobReads(TimeProvider time, TimeSpan timeout)
{
    private readonly ConcurrentDictionary<VmId, Lazy<Task<HypervisorJob?>>> _reads = [];

    /// <summary>The answer to a read that is under way, or to a new one.</summary>
    /// <exception cref="HypervisorException">There is none yet; the read goes on.</exception>
    public async Task<HypervisorJob?> ReadAsync(VmId vm, Func<Task<HypervisorJob?>> read, CancellationToken cancellation)
    {
        var shared = _reads.GetOrAdd(vm, _ => new Lazy<Task<HypervisorJob?>>(() => ReadOnceAsync(vm, read)));
        try
        {
            return await shared.Value.WaitAsync(timeout, time, cancellation);
        }
        catch (TimeoutException e)
        {
            throw LibvirtErrorMapping.ToHypervisorException(e, vm);
        }
    }

    private async Task<HypervisorJob?> ReadOnceAsync(VmId vm, Func<Task<HypervisorJob?>> read)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await read();
        }
        finally
        {
            _reads.TryRemove(vm, out _);
        }
    }
}
