using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// Reads of job statistics, at most one in progress per VM: QEMU does not respond during its final pass, and further calls would only block
/// more threads.
/// </summary>
internal sealed class CoalescedJobReads(TimeProvider time, TimeSpan timeout)
{
    private readonly ConcurrentDictionary<VmId, Lazy<Task<HypervisorJob?>>> _reads = [];

    /// <summary>The result of the read in progress, or of a new one.</summary>
    /// <exception cref="HypervisorException">The timeout expired; the read continues.</exception>
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
