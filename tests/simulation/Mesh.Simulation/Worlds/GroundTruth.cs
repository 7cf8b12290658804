using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;

namespace Mesh.Simulation.Worlds;

/// <summary>What is physically so, and which machines have died with a host: nothing of it is what anybody in the mesh believes.</summary>
internal sealed class GroundTruth(World world)
{
    private readonly HashSet<VmId> _dead = [];
    private IReadOnlyList<SimulatedDomain> _copies = [];
    private long _version = -1;

    /// <summary>Every machine on every host.</summary>
    public IReadOnlyList<SimulatedDomain> Copies => _copies;

    /// <summary>Whether a machine died with its host.</summary>
    public bool HasDied(VmId vm) => _dead.Contains(vm);

    /// <summary>A machine's copies.</summary>
    public IEnumerable<SimulatedDomain> FindCopies(VmId vm) => _copies.Where(copy => copy.VmId == vm);

    /// <summary>Where a machine's processors run; null if nowhere.</summary>
    public HostName? FindRunningHost(VmId vm) => FindCopies(vm).FirstOrDefault(copy => copy.IsRunning)?.Host;

    /// <summary>Switches a host off and notes which machines go with it.</summary>
    public void FailHost(HostName host)
    {
        // Whatever a source may have kept of it is stale: it ran here last.
        Refresh();
        var ranHere = world.Vms.Where(vm => FindRunningHost(vm.Id) == host).Select(vm => vm.Id).ToHashSet();
        world.Cluster.PowerOff(host);
        Refresh();
        foreach (var vm in world.Vms)
            if (!_dead.Contains(vm.Id)
                && (ranHere.Contains(vm.Id) || !FindCopies(vm.Id).Any(copy => copy.IsActive && copy.State is not Agent.Hypervisors.VmRunState.PostCopyFailed)))
            {
                world.Trace.Add("truth", $"{vm.Name} has died with {host}");
                _dead.Add(vm.Id);
            }
    }

    /// <summary>Looks again if anything has changed; tells whether it has.</summary>
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
