using Mesh.Agent.Simulated;
using Mesh.Contracts.Values;

namespace Mesh.Simulation.Worlds;

/// <summary>What is physically so, and which machines have died with a host: nothing of it is what anybody in the mesh believes.</summary>
internal sealed class Truth(World world)
{
    private readonly HashSet<VmId> _dead = [];
    private IReadOnlyList<SimulatedCopy> _copies = [];
    private long _version = -1;

    /// <summary>Every machine on every host.</summary>
    public IReadOnlyList<SimulatedCopy> Copies => _copies;

    /// <summary>Whether a machine died with its host.</summary>
    public bool HasDied(VmId vm) => _dead.Contains(vm);

    /// <summary>A machine's copies.</summary>
    public IEnumerable<SimulatedCopy> CopiesOf(VmId vm) => _copies.Where(copy => copy.VmId == vm);

    /// <summary>Where a machine's processors run; null if nowhere.</summary>
    public HostName? RunsOn(VmId vm) => CopiesOf(vm).FirstOrDefault(copy => copy.IsRunning)?.Host;

    /// <summary>Switches a host off and notes which machines go with it.</summary>
    public void NoteFailureOf(HostName host)
    {
        // Whatever a source may have kept of it is stale: it ran here last.
        Look();
        var ranHere = world.Vms.Where(vm => RunsOn(vm.Id) == host).Select(vm => vm.Id).ToHashSet();
        world.Cluster.Fail(host);
        Look();
        foreach (var vm in world.Vms)
            if (!_dead.Contains(vm.Id)
                && (ranHere.Contains(vm.Id) || !CopiesOf(vm.Id).Any(copy => copy.IsActive && copy.State is not Agent.Hypervisors.VmRunState.PostCopyFailed)))
            {
                world.Trace.Add("truth", $"{vm.Name} has died with {host}");
                _dead.Add(vm.Id);
            }
    }

    /// <summary>Looks again if anything has changed; tells whether it has.</summary>
    public bool Look()
    {
        if (world.Cluster.Version == _version)
            return false;
        _version = world.Cluster.Version;
        var before = _copies.ToDictionary(copy => (copy.Host, copy.VmId), copy => copy.State);
        _copies = world.Cluster.Copies();
        foreach (var copy in _copies)
            if (!before.TryGetValue((copy.Host, copy.VmId), out var state) || state != copy.State)
                world.Trace.Add("truth", $"{copy.Name} on {copy.Host}: {copy.State}");
        foreach (var (host, vm) in before.Keys.Except(_copies.Select(copy => (copy.Host, copy.VmId))))
            world.Trace.Add("truth", $"{world.Vms.First(known => known.Id == vm).Name} on {host}: gone");
        return true;
    }
}
