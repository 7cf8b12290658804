using System.Reflection;
using System.Text;
using Mesh.Contracts.Policies;

namespace Mesh.Policy.Documents;

/// <summary>The built-in policies (<c>infra/policies</c>).</summary>
public static class ShippedPolicies
{
    private const string Folder = "policies/";

    private static readonly Lazy<IReadOnlyList<MigrationPolicy>> Embedded = new(Load);

    /// <summary>All built-in policies, ordered by name.</summary>
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
        using var resource = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        var (policy, errors) = PolicyText.Read(Encoding.UTF8.GetString(bytes));
        return policy is not null && name == $"{Folder}{policy.Name}.yaml"
            ? policy
            : throw new InvalidOperationException($"invalid built-in policy {name}: {string.Join("; ", errors)}");
    }
}
