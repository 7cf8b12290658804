using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;

namespace Mesh.Scheduler.Fleets;

/// <summary>VMs by ID and by name. A VM that several hosts report is where it runs.</summary>
internal sealed class VmIndex
{
    private readonly Dictionary<VmId, (LocatedVm Located, int Rank)> _byId = [];
    private readonly Dictionary<string, VmId> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ambiguous = new(StringComparer.Ordinal);
    private readonly Dictionary<VmId, List<Refusal>> _obstaclesById = [];
    private readonly Dictionary<string, List<Refusal>> _obstaclesByName = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<IndexedHost> _hosts;

    public VmIndex(IReadOnlyList<IndexedHost> hosts)
    {
        _hosts = hosts;
        foreach (var host in hosts)
        {
            foreach (var vm in host.Inventory.Vms)
                Add(host, vm);
            foreach (var vm in host.Host.InvalidVms)
                AddObstacle(vm.Id, vm.Name, VmObstacles.InvalidData(vm.Name ?? vm.Id?.ToString() ?? "a VM", host.Name, vm.Reason));
            foreach (var vm in host.Host.DuplicateVms)
                AddObstacle(vm.Id, null, VmObstacles.RunsOnTwoHosts(vm.Name, [.. vm.Hosts.Append(host.Name).OrderBy(name => name.Value, StringComparer.Ordinal)]));
        }
    }

    /// <summary>Running and paused VMs, without those of fenced hosts.</summary>
    public IEnumerable<LocatedVm> Running => _byId.Values.Where(entry => entry.Rank >= VmLocator.PausedRank).Select(entry => entry.Located);

    public LocatedVm? FindVm(VmId vm) => _byId.TryGetValue(vm, out var entry) ? entry.Located : null;

    /// <summary>Why a VM must not be moved, whatever its description says.</summary>
    public IReadOnlyList<Refusal> Obstacles(VmId vm) => _obstaclesById.TryGetValue(vm, out var obstacles) ? obstacles : [];

    /// <summary>The VM with that name or UUID, or why there is none or more than one.</summary>
    public (LocatedVm? Located, Refusal? Refusal) Resolve(string vm)
    {
        var byUuid = Guid.TryParse(vm, out var uuid) ? FindVm(new VmId(uuid)) : null;
        var byName = _byName.TryGetValue(vm, out var id) ? FindVm(id) : null;
        if (_ambiguous.Contains(vm) || (byUuid is not null && byName is not null && byUuid.Vm.Id != byName.Vm.Id))
            return (null, VmLocator.NotFound(vm, Candidates(vm, byUuid?.Vm.Id)));
        if ((byUuid ?? byName) is { } found)
            return (found, null);

        // A VM whose host sends invalid data about it is not described, but it is known.
        IReadOnlyList<Refusal> obstacles = [.. Guid.TryParse(vm, out uuid) ? Obstacles(new(uuid)) : [], .. _obstaclesByName.GetValueOrDefault(vm) ?? []];
        return (null, obstacles.Count > 0 ? obstacles[0] : VmLocator.NotFound(vm, []));
    }

    private IReadOnlyList<LocatedVm> Candidates(string name, VmId? id) =>
    [
        .. from host in _hosts
           from vm in host.Inventory.Vms
           where string.Equals(vm.Name, name, StringComparison.Ordinal) || vm.Id == id
           select new LocatedVm(host.Name, vm),
    ];

    private void AddObstacle(VmId? id, string? name, Refusal refusal)
    {
        if (id is { } vm)
            AddTo(_obstaclesById, vm, refusal);
        if (name is not null)
            AddTo(_obstaclesByName, name, refusal);
    }

    private static void AddTo<TKey>(Dictionary<TKey, List<Refusal>> obstacles, TKey key, Refusal refusal)
        where TKey : notnull
    {
        if (!obstacles.TryGetValue(key, out var known))
            obstacles[key] = known = [];
        if (known.All(other => other.Message != refusal.Message))
            known.Add(refusal);
    }

    private void Add(IndexedHost host, VmDescription vm)
    {
        // A fenced host is off: its VMs do not run, whatever it reported last.
        var rank = host.Host.Health == HostHealth.Fenced ? -1 : VmLocator.StatusRank(vm.Status);
        if (!_byId.TryGetValue(vm.Id, out var known) || rank > known.Rank)
            _byId[vm.Id] = (new LocatedVm(host.Name, vm), rank);
        if (!_byName.TryAdd(vm.Name, vm.Id) && _byName[vm.Name] != vm.Id)
            _ambiguous.Add(vm.Name);
    }
}
