using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;

namespace Mesh.Simulation.Worlds;

/// <summary>The physical state of all VMs, and which VMs died with a host; independent of what any service believes.</summary>
internal sealed class GroundTruth(World world)
{
    private readonly HashSet<VmId> _dead = [];
    private IReadOnlyList<SimulatedDomain> _copies = [];
    private long _version = -1;

    /// <summary>Every copy of a VM on every host.</summary>
    public IReadOnlyList<SimulatedDomain> Copies => _copies;

    /// <summary>Whether the VM died with its host.</summary>
    public bool HasDied(VmId vm) => _dead.Contains(vm);

    public IEnumerable<SimulatedDomain> FindCopies(VmId vm) => _copies.Where(copy => copy.VmId == vm);

    /// <summary>The host on which the VM's vCPUs run; null if none.</summary>
    public HostName? FindRunningHost(VmId vm) => FindCopies(vm).FirstOrDefault(copy => copy.IsRunning)?.Host;

    /// <summary>Powers a host off and records which VMs die with it.</summary>
    public void FailHost(HostName host)
    {
        // A VM that ran here dies with this host: a copy that its source may still have is stale.
        Refresh();
        var ranHere = world.Vms.Where(vm => FindRunningHost(vm.Id) == host).Select(vm => vm.Id).ToHashSet();
        world.Cluster.PowerOff(host);
        Refresh();
        foreach (var vm in world.Vms)
            if (!_dead.Contains(vm.Id)
                && (ranHere.Contains(vm.Id) || !FindCopies(vm.Id).Any(copy => copy.IsActive && copy.State is not Agent.Hypervisors.VmRunState.PostCopyFailed)))
            {
                world.Trace.Add("truth", $"{vm.Name} dies with {host}");
                _dead.Add(vm.Id);
            }
    }

    /// <summary>Reads the cluster again if it has changed; returns whether it has.</summary>
    public bool Refresh()
    {
        if (world.Cluster.Version == _version)
            return false;
        _version = world.Cluster.Version;
        var before = _copies.ToDictionary(copy => (copy.Host, copy.VmId), copy => copy.State);
        _copies = world.Cluster.ListDomains();
        foreach (var copy in _copies)
            if (!before.TryGetValue((copy.Host, copy.VmId), out var state) || state != copy.State)
                world.Trace.Add("truth", $"{copy.Name} on {copy.Host}: {copy.State}");
        foreach (var (host, vm) in before.Keys.Except(_copies.Select(copy => (copy.Host, copy.VmId))))
            world.Trace.Add("truth", $"{world.Vms.First(known => known.Id == vm).Name} on {host}: gone");
        return true;
    }
}
