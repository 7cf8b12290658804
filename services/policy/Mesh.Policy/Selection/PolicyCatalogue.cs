using Mesh.Contracts.Policies;

namespace Mesh.Policy.Selection;

/// <summary>Every policy at one moment, and what was said about them.</summary>
/// <param name="Policies">The newest version of each, those that come with the mesh included.</param>
/// <param name="Overrides">Machines that have a policy of their own.</param>
/// <param name="Default">Name of the policy that counts where nothing else does.</param>
/// <param name="Unreadable">Policies that are kept and cannot be read any more, by name, with the reason.</param>
public sealed record PolicyCatalogue(
    IReadOnlyList<PolicyView> Policies,
    IReadOnlyList<PolicyOverride> Overrides,
    string Default,
    IReadOnlyDictionary<string, string> Unreadable)
{
    /// <summary>The policy of that name; null if there is none that can be read.</summary>
    public PolicyView? Find(string name) => Policies.FirstOrDefault(view => view.Policy.Name == name);
}
