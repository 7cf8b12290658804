using System.Collections.Concurrent;
using Mesh.Contracts.Policies;
using Mesh.Hosting.Store;
using Mesh.Policy.Documents;
using Mesh.Policy.Selection;
using Microsoft.Extensions.Options;

namespace Mesh.Policy.Host.Store;

/// <summary>Stores policies: their versions, the default, and the overrides of VMs.</summary>
internal sealed partial class PolicyStore(MeshDatabase database, IOptions<PolicyOptions> options, ILogger<PolicyStore> log)
{
    // Each unreadable row is logged once, not at every read.
    private readonly ConcurrentDictionary<string, string> _reported = new(StringComparer.Ordinal);

    public Task<PolicyCatalogue> LoadCatalogueAsync(CancellationToken cancellation = default) =>
        database.ReadAsync(connection => ReadAsync(new PolicyTables(connection)), cancellation);

    /// <summary>Runs a change as one transaction, isolated from all other changes.</summary>
    public Task<T> ChangeAsync<T>(Func<PolicyTables, PolicyCatalogue, Task<T>> change, CancellationToken cancellation = default) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var tables = new PolicyTables(connection, transaction);
                await tables.LockAsync();
                return await change(tables, await ReadAsync(tables));
            },
            cancellation);

    /// <summary>One version of a policy (the latest for null) and all its version numbers.</summary>
    public Task<GetPolicyAnswer> GetAsync(string name, int? version, CancellationToken cancellation = default) =>
        database.ReadAsync(
            async connection =>
            {
                var tables = new PolicyTables(connection);
                var catalogue = await ReadAsync(tables);
                IReadOnlyList<int> stored = [.. await tables.VersionsAsync(name)];
                var shipped = FindShipped(name, catalogue.Default);
                return new GetPolicyAnswer(
                    version switch
                    {
                        null => catalogue.Find(name),
                        0 => shipped,
                        { } wanted => await tables.FindAsync(name, wanted) is { } row ? Read(row, catalogue.Default, []) : null,
                    },
                    shipped is null ? stored : [0, .. stored]);
            },
            cancellation);

    /// <summary>A policy as shipped with the mesh; null if none of that name is.</summary>
    public static PolicyView? FindShipped(string name, string defaultName) =>
        ShippedPolicies.All.FirstOrDefault(policy => policy.Name == name) is { } policy ? new PolicyView(policy, 0, name == defaultName) : null;

    private async Task<PolicyCatalogue> ReadAsync(PolicyTables tables)
    {
        var rows = await tables.LoadAsync();
        var defaultName = rows.Default ?? options.Value.Default;
        var unreadable = new Dictionary<string, string>(StringComparer.Ordinal);
        var stored = rows.Policies.Select(row => Read(row, defaultName, unreadable)).OfType<PolicyView>().ToList();
        var hidden = stored.Select(view => view.Policy.Name).Concat(unreadable.Keys).ToHashSet(StringComparer.Ordinal);
        return new PolicyCatalogue(
            [
                .. ShippedPolicies.All.Where(policy => !hidden.Contains(policy.Name)).Select(policy => new PolicyView(policy, 0, policy.Name == defaultName))
                    .Concat(stored).OrderBy(view => view.Policy.Name, StringComparer.Ordinal),
            ],
            [.. rows.Overrides.Select(Read).OfType<PolicyOverride>()],
            defaultName,
            unreadable);
    }

    private PolicyView? Read(PolicyRow row, string defaultName, Dictionary<string, string> unreadable)
    {
        if (row.TryRead(defaultName, out var reason) is { } view)
            return view;
        unreadable[row.Name] = reason;
        if (_reported.TryAdd($"{row.Name} {row.Version}", reason))
            LogUnreadable(row.Name, reason);
        return null;
    }

    private PolicyOverride? Read(OverrideRow row)
    {
        if (row.TryRead() is { } own)
            return own;
        if (_reported.TryAdd(row.VmId, row.Policy))
            LogUnreadableOverride(row.VmId, row.Policy);
        return null;
    }

    [LoggerMessage(4010, LogLevel.Error, "Policy {Policy} cannot be read from the store and is ignored until it is re-applied or deleted: {Reason}")]
    private partial void LogUnreadable(string policy, string reason);

    [LoggerMessage(4011, LogLevel.Error, "Ignoring the policy override for VM '{Vm}' ({Policy}): it cannot be read from the store. 'mesh doctor --repair' deletes it")]
    private partial void LogUnreadableOverride(string vm, string policy);
}
