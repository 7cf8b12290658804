using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Fleets;

/// <summary>The running machines that one rule keeps together or apart, and where they are.</summary>
public sealed class AffinityGroup
{
    private readonly Dictionary<VmId, AffinityMember> _members = [];
    private readonly Dictionary<HostName, List<AffinityMember>> _at = [];
    private readonly Dictionary<HostName, int> _expectedHosts = [];
    private readonly KeyValuePair<string, string>[] _asked;
    private int _expectedTotal;

    internal AffinityGroup(VmAffinityRule rule)
    {
        Rule = rule;
        _asked = [.. rule.Vms];
    }

    /// <summary>The rule.</summary>
    public VmAffinityRule Rule { get; }

    /// <summary>Its members that run.</summary>
    public IReadOnlyCollection<AffinityMember> Members => _members.Values;

    /// <summary>Whether the rule is about a machine, running or not.</summary>
    public bool AppliesTo(VmDescription vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return LabelSelector.MatchesLabels(vm.Labels, _asked);
    }

    /// <summary>Other members that are on a host or on their way to it; of those that leave it both hosts count until they have left.</summary>
    public IEnumerable<AffinityMember> OthersAt(HostName host, VmId than) =>
        _at.TryGetValue(host, out var members) ? members.Where(member => member.Vm != than) : [];

    /// <summary>Whether another member is on a host or on its way to it.</summary>
    public bool HasOthersAt(HostName host, VmId than)
    {
        if (_at.TryGetValue(host, out var members))
            foreach (var member in members)
                if (member.Vm != than)
                    return true;
        return false;
    }

    /// <summary>Other members whose host will be another than this one. Where a member's host is still open, it does not count.</summary>
    public IEnumerable<AffinityMember> OthersAwayFrom(HostName host, VmId than) =>
        _members.Values.Where(member => member.Vm != than && member.ExpectedHost is { } home && home != host);

    /// <summary>How many other members have a home, and how many of them on this host.</summary>
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
