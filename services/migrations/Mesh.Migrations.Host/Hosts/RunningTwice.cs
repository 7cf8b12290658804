using Mesh.Contracts.Values;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>
/// VMs that two hosts report as running. A pair counts once each of the two has reported it after the other: a report that is only late, as at
/// the end of a migration, is followed by one that says otherwise.
/// </summary>
internal sealed class RunningTwice
{
    private readonly Dictionary<VmId, Dictionary<(HostName, HostName), Overlap>> _overlaps = [];

    /// <summary>The other hosts that run a VM which this one runs, by name.</summary>
    public IReadOnlyList<HostName> OthersOf(VmId vm, HostName host) => _overlaps.TryGetValue(vm, out var pairs)
        ? [.. pairs.Where(pair => pair.Value.IsConfirmed).Select(pair => Other(pair.Key, host)).OfType<HostName>().OrderBy(other => other.Value, StringComparer.Ordinal)]
        : [];

    /// <summary>The hosts that run a VM more than once, by name; empty if at most one runs it.</summary>
    public IReadOnlyList<HostName> HostsOf(VmId vm) => _overlaps.TryGetValue(vm, out var pairs)
        ? [.. pairs.Where(pair => pair.Value.IsConfirmed).SelectMany(pair => new[] { pair.Key.Item1, pair.Key.Item2 }).Distinct().OrderBy(host => host.Value, StringComparer.Ordinal)]
        : [];

    /// <summary>Records which VMs a host reports as running; returns those that another host runs too, each once.</summary>
    /// <param name="host">The host.</param>
    /// <param name="running">The VMs that it runs, each with the other hosts that report it as running now.</param>
    /// <param name="isRunning">Whether the host runs a VM.</param>
    public IReadOnlyList<(VmId Vm, HostName Other)> Update(HostName host, IEnumerable<(VmId Vm, IEnumerable<HostName> Others)> running, Func<VmId, bool> isRunning)
    {
        foreach (var (vm, pairs) in _overlaps.Where(known => !isRunning(known.Key)).ToList())
            Remove(vm, pairs, host);
        var confirmed = new List<(VmId, HostName)>();
        foreach (var (vm, others) in running)
            foreach (var other in others)
            {
                var key = Pair(host, other);
                if (!_overlaps.TryGetValue(vm, out var pairs))
                    _overlaps[vm] = pairs = [];
                if (!pairs.TryGetValue(key, out var overlap))
                {
                    pairs[key] = new(host, false);
                }
                else if (!overlap.IsConfirmed && overlap.SeenBy != host)
                {
                    pairs[key] = overlap with { IsConfirmed = true };
                    confirmed.Add((vm, other));
                }
            }

        return confirmed;
    }

    /// <summary>Forgets a host that is known to be off.</summary>
    public void Remove(HostName host)
    {
        foreach (var (vm, pairs) in _overlaps.ToList())
            Remove(vm, pairs, host);
    }

    private void Remove(VmId vm, Dictionary<(HostName, HostName), Overlap> pairs, HostName host)
    {
        foreach (var key in pairs.Keys.Where(key => Other(key, host) is not null).ToList())
            pairs.Remove(key);
        if (pairs.Count == 0)
            _overlaps.Remove(vm);
    }

    private static (HostName, HostName) Pair(HostName left, HostName right) => string.CompareOrdinal(left.Value, right.Value) < 0 ? (left, right) : (right, left);

    private static HostName? Other((HostName, HostName) pair, HostName host) => pair.Item1 == host ? pair.Item2 : pair.Item2 == host ? pair.Item1 : null;

    /// <summary>Two hosts that run a VM.</summary>
    /// <param name="SeenBy">The host whose report showed it first.</param>
    /// <param name="IsConfirmed">Whether the other one has reported it since.</param>
    private sealed record Overlap(HostName SeenBy, bool IsConfirmed);
}
