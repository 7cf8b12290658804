using System.Reflection;
using Mesh.Contracts.Policies;
using Mesh.Policy.Host.Documents;

namespace Mesh.Policy.Host;

/// <summary>The policies that ship with the mesh (<c>infra/policies</c>).</summary>
public static class ShippedPolicies
{
    private const string Folder = "policies/";

    private static readonly Lazy<IReadOnlyList<MigrationPolicy>> Embedded = new(Load);

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<MigrationPolicy> All => Embedded.Value;

    private static IReadOnlyList<MigrationPolicy> Load()
    {
        var assembly = typeof(ShippedPolicies).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                .Select(name => Read(assembly, name)).OrderBy(policy => policy.Name, StringComparer.Ordinal),
        ];
    }

    private static MigrationPolicy Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        var (policy, errors) = PolicyText.Read(reader.ReadToEnd());
        return policy is not null && name == $"{Folder}{policy.Name}.yaml"
            ? policy
            : throw new InvalidOperationException($"the shipped policy {name} cannot be read: {string.Join("; ", errors)}");
    }
}
