using Mesh.Contracts.Policies;

namespace Mesh.Policy.Selection;

/// <summary>All policies at one moment, and how they are assigned.</summary>
/// <param name="Policies">The newest version of each, including the ones shipped with the mesh.</param>
/// <param name="Overrides">Policy overrides for VMs.</param>
/// <param name="Default">Name of the default policy.</param>
/// <param name="Unreadable">Stored policies that cannot be read, by name, with the reason.</param>
public sealed record PolicyCatalogue(
    IReadOnlyList<PolicyView> Policies,
    IReadOnlyList<PolicyOverride> Overrides,
    string Default,
    IReadOnlyDictionary<string, string> Unreadable)
{
    /// <summary>The policy of that name; null if there is none that can be read.</summary>
    public PolicyView? Find(string name) => Policies.FirstOrDefault(view => view.Policy.Name == name);
}

/// <summary>The policy selected for a VM, and what selected it.</summary>
/// <param name="By">What selected it.</param>
/// <param name="Answer">The policy with the reason, or why there is none.</param>
public sealed record SelectedPolicy(SelectedBy By, ResolvePolicyAnswer Answer);

/// <summary>What selects the policy of a VM.</summary>
public enum SelectedBy
{
    /// <summary>The request names it.</summary>
    Request,

    /// <summary>The VM has a policy override.</summary>
    Override,

    /// <summary>The VM's labels match.</summary>
    Labels,

    /// <summary>Nothing else selects one.</summary>
    Default,
}
