using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Fleets;

/// <summary>The running VMs of one affinity rule, and where they are.</summary>
public sealed class AffinityGroup
{
    private readonly Dictionary<VmId, AffinityMember> _members = [];
    private readonly Dictionary<HostName, List<AffinityMember>> _at = [];
    private readonly Dictionary<HostName, int> _expectedHosts = [];
    private readonly KeyValuePair<string, string>[] _selector;
    private int _expectedTotal;

    internal AffinityGroup(VmAffinityRule rule)
    {
        Rule = rule;
        _selector = [.. rule.Vms];
    }

    /// <summary>The rule.</summary>
    public VmAffinityRule Rule { get; }

    /// <summary>The running VMs that the rule selects.</summary>
    public IReadOnlyCollection<AffinityMember> Members => _members.Values;

    /// <summary>Whether the rule selects a VM, running or not.</summary>
    public bool AppliesTo(VmDescription vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return LabelSelector.MatchesLabels(vm.Labels, _selector);
    }

    /// <summary>Other members that are on a host or migrating to it; a migrating VM counts on both hosts.</summary>
    public IEnumerable<AffinityMember> OthersAt(HostName host, VmId than) =>
        _at.TryGetValue(host, out var members) ? members.Where(member => member.Vm != than) : [];

    /// <summary>Whether another member is on a host or migrating to it.</summary>
    public bool HasOthersAt(HostName host, VmId than)
    {
        if (_at.TryGetValue(host, out var members))
            foreach (var member in members)
                if (member.Vm != than)
                    return true;
        return false;
    }

    /// <summary>Other members that will run on another host. A member whose destination is not decided does not count.</summary>
    public IEnumerable<AffinityMember> OthersAwayFrom(HostName host, VmId than) =>
        _members.Values.Where(member => member.Vm != than && member.ExpectedHost is { } home && home != host);

    /// <summary>How many other members have a decided host, and how many of them this one.</summary>
    public (int All, int Here) CountOthers(HostName host, VmId than)
    {
        var all = _expectedTotal;
        var here = _expectedHosts.GetValueOrDefault(host);
        if (_members.TryGetValue(than, out var self) && self.ExpectedHost is { } home)
        {
            all--;
            here -= home == host ? 1 : 0;
        }

        return (all, here);
    }

    internal void Add(AffinityMember member)
    {
        if (!_members.TryAdd(member.Vm, member))
            return;
        AddAt(member.CurrentHost, member);
        if (member.Destination is { } destination && destination != member.CurrentHost)
            AddAt(destination, member);
        if (member.ExpectedHost is { } home)
        {
            _expectedHosts[home] = _expectedHosts.GetValueOrDefault(home) + 1;
            _expectedTotal++;
        }
    }

    private void AddAt(HostName host, AffinityMember member)
    {
        if (!_at.TryGetValue(host, out var members))
            _at[host] = members = [];
        members.Add(member);
    }
}

/// <summary>A running VM that an affinity rule selects.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="CurrentHost">The host that it runs on.</param>
/// <param name="Destination">The host that it is migrating to; null if it stays or the host is not decided.</param>
/// <param name="IsLeaving">Whether a drain is about to move it to a host that is not decided yet.</param>
public sealed record AffinityMember(VmId Vm, string Name, HostName CurrentHost, HostName? Destination, bool IsLeaving)
{
    /// <summary>The host that it will run on; null while that is not decided.</summary>
    public HostName? ExpectedHost => Destination ?? (IsLeaving ? null : CurrentHost);
}
