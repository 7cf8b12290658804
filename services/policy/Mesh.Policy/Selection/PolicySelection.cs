using Mesh.Contracts.Policies;
using Mesh.Documents;

namespace Mesh.Policy.Selection;

/// <summary>
/// Selects the policy of a VM: the one that the request names; else the VM's policy override; else the one with the most labels, all of
/// which the VM has, and of several such the first by name; else the default.
/// </summary>
public static class PolicySelection
{
    /// <summary>Selects the policy. If it is unavailable none is selected, because another one might do too much.</summary>
    /// <param name="ask">The VM, and the policy that its request names.</param>
    /// <param name="catalogue">All policies.</param>
    public static SelectedPolicy Select(ResolvePolicy ask, PolicyCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(catalogue);
        if (ask.Named is { } named)
            return Resolve(SelectedBy.Request, named, catalogue, "the request names it");
        if (catalogue.Overrides.FirstOrDefault(entry => entry.Vm == ask.Vm) is { } own)
            return Resolve(SelectedBy.Override, own.Policy, catalogue, $"policy override for the VM, set by {own.RequestedBy} at {own.At:u}");

        PolicyView[] matching = [.. catalogue.Policies.Where(view => Matches(view.Policy, ask.Labels))
            .OrderByDescending(view => view.Policy.Select!.Count).ThenBy(view => view.Policy.Name, StringComparer.Ordinal)];
        var unreadable = catalogue.Unreadable.Count == 0 ? ""
            : $". Not considered, because they cannot be read from the store: {string.Join(", ", catalogue.Unreadable.Keys.Order(StringComparer.Ordinal))}";
        return matching is [var best, .. var others]
            ? Resolve(SelectedBy.Labels, best.Policy.Name, catalogue, DescribeMatch(best.Policy, others) + unreadable)
            : Resolve(SelectedBy.Default, catalogue.Default, catalogue, $"it is the default, and no policy matches the VM's labels{unreadable}");
    }

    /// <summary>Why there is no policy of a name, with the names that may have been meant.</summary>
    public static string DescribeMissing(string name, PolicyCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        return catalogue.Unreadable.TryGetValue(name, out var why)
            ? $"policy '{name}' cannot be read from the store: {why}"
            : $"there is no policy {NodeContext.Quote(name)}; {NameSuggestions.Suggest(name, [.. catalogue.Policies.Select(view => view.Policy.Name)])}";
    }

    private static SelectedPolicy Resolve(SelectedBy by, string name, PolicyCatalogue catalogue, string reason) => new(by, catalogue.Find(name) is { } view
        ? new ResolvePolicyAnswer(new EffectivePolicy(view.Policy, view.Version, reason))
        : new ResolvePolicyAnswer(null, by switch
        {
            SelectedBy.Override => $"policy override for the VM: {DescribeMissing(name, catalogue)}",
            SelectedBy.Default => $"the default: {DescribeMissing(name, catalogue)}",
            _ => DescribeMissing(name, catalogue),
        }));

    private static bool Matches(MigrationPolicy policy, IReadOnlyDictionary<string, string> labels) =>
        policy.Select is { Count: > 0 } wanted
        && wanted.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);

    private static string DescribeMatch(MigrationPolicy best, PolicyView[] others)
    {
        var labels = string.Join(", ", best.Select!.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));
        var reason = best.Select!.Count == 1 ? $"its label {labels} matches" : $"its labels {labels} match";
        if (others.Length == 0)
            return reason;
        var too = string.Join(" and ", others.Select(view => $"'{view.Policy.Name}' with {Count(view.Policy)}"));
        var tie = others[0].Policy.Select!.Count == best.Select.Count ? ", and of equals the first by name is taken" : "";
        return $"{reason} ({Count(best)}; {too} {(others.Length == 1 ? "matches" : "match")} too{tie})";
    }

    private static string Count(MigrationPolicy policy) => policy.Select!.Count == 1 ? "1 label" : $"{policy.Select.Count} labels";
}
