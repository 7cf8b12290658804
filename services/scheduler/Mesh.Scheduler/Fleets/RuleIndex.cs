using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Fleets;

/// <summary>Which hosts match each rule, computed once.</summary>
internal sealed class RuleIndex
{
    private readonly bool[][] _affinity;
    private readonly bool[][] _taints;
    private readonly bool[][] _networks;
    private readonly Dictionary<string, int> _networkRules = new(StringComparer.Ordinal);

    public RuleIndex(PlacementRules rules, IReadOnlyList<IndexedHost> hosts)
    {
        Rules = rules;
        _affinity = [.. rules.HostAffinity.Select(rule => Match(rule.Hosts, hosts))];
        _taints = [.. rules.Taints.Select(rule => Match(rule.Hosts, hosts))];
        _networks = [.. rules.Networks.Select(rule => Match(rule.Hosts, hosts))];
        for (var i = 0; i < rules.Networks.Count; i++)
            _networkRules.TryAdd(rules.Networks[i].Name, i);
    }

    public PlacementRules Rules { get; }

    /// <summary>Whether a host matches the host affinity rule with that number.</summary>
    public bool MatchesAffinity(int rule, IndexedHost host) => _affinity[rule][host.Index];

    /// <summary>Whether the taint with that number applies to a host.</summary>
    public bool IsTainted(int rule, IndexedHost host) => _taints[rule][host.Index];

    /// <summary>The rule for a network; null if there is none.</summary>
    public NetworkRule? FindNetwork(string name) => _networkRules.TryGetValue(name, out var rule) ? Rules.Networks[rule] : null;

    /// <summary>Whether a host has a network by its rule; null if it has no rule.</summary>
    public bool? HasNetwork(string name, IndexedHost host) => _networkRules.TryGetValue(name, out var rule) ? _networks[rule][host.Index] : null;

    private static bool[] Match(IReadOnlyList<LabelRequirement> requested, IReadOnlyList<IndexedHost> hosts) =>
        [.. hosts.Select(host => LabelSelector.MatchesRequirements(host.Labels, requested))];
}
