using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Runtime;

/// <summary>The VM states of the last successful listing; they remain while the hypervisor does not respond.</summary>
internal sealed class VmStateCache
{
    private volatile IReadOnlyDictionary<VmId, VmState> _states = new Dictionary<VmId, VmState>();

    public void Replace(IEnumerable<VmState> vms) => _states = vms.ToDictionary(vm => vm.Id);

    /// <summary>The VM's state; null if it was not listed.</summary>
    public VmRunState? Find(VmId vm) => _states.GetValueOrDefault(vm)?.State;
}
