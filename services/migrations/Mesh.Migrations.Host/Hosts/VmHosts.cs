using Mesh.Contracts.Values;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>Which hosts know a VM, and which VMs have a name: so that no report and no request has to search all hosts.</summary>
internal sealed class VmHosts
{
    private static readonly IReadOnlyCollection<HostName> None = [];

    private readonly Dictionary<VmId, HashSet<HostName>> _hosts = [];
    private readonly Dictionary<string, HashSet<(HostName Host, VmId Vm)>> _named = new(StringComparer.Ordinal);

    /// <summary>The hosts whose inventory or report names a VM.</summary>
    public IReadOnlyCollection<HostName> Of(VmId vm) => _hosts.TryGetValue(vm, out var hosts) ? hosts : None;

    /// <summary>The VMs with a name, on the hosts whose inventory has them.</summary>
    public IReadOnlyCollection<(HostName Host, VmId Vm)> Named(string name) => _named.TryGetValue(name, out var vms) ? vms : [];

    /// <summary>Follows a change of what is known about a host; takes time in proportion to its own VMs.</summary>
    public void Update(HostEntry before, HostEntry after)
    {
        if (ReferenceEquals(before.Inventory, after.Inventory) && ReferenceEquals(before.Report, after.Report))
            return;
        foreach (var vm in before.KnownVms)
            if (!Knows(after, vm) && _hosts.TryGetValue(vm, out var hosts) && hosts.Remove(after.Host) && hosts.Count == 0)
                _hosts.Remove(vm);
        foreach (var vm in after.KnownVms)
        {
            if (!_hosts.TryGetValue(vm, out var hosts))
                _hosts[vm] = hosts = [];
            hosts.Add(after.Host);
        }

        if (ReferenceEquals(before.Inventory, after.Inventory))
            return;
        foreach (var vm in before.Descriptions.Values)
            if (_named.TryGetValue(vm.Name, out var vms) && vms.Remove((after.Host, vm.Id)) && vms.Count == 0)
                _named.Remove(vm.Name);
        foreach (var vm in after.Descriptions.Values)
        {
            if (!_named.TryGetValue(vm.Name, out var vms))
                _named[vm.Name] = vms = [];
            vms.Add((after.Host, vm.Id));
        }
    }

    private static bool Knows(HostEntry entry, VmId vm) => entry.Descriptions.ContainsKey(vm) || entry.Statuses.ContainsKey(vm);
}
