using System.Collections.Concurrent;
using Mesh.Contracts.Policies;
using Mesh.Hosting.Store;
using Mesh.Policy.Documents;
using Mesh.Policy.Selection;
using Microsoft.Extensions.Options;

namespace Mesh.Policy.Host.Store;

/// <summary>Keeps policies: their versions, the default, and machines' own.</summary>
internal sealed partial class PolicyStore(MeshDatabase database, IOptions<PolicyOptions> options, ILogger<PolicyStore> log)
{
    // What was told of once is not told of again at every look.
    private readonly ConcurrentDictionary<string, string> _reported = new(StringComparer.Ordinal);

    /// <summary>Every policy as it is now.</summary>
    public Task<PolicyCatalogue> LoadCatalogueAsync(CancellationToken cancellation = default) =>
        database.ReadAsync(connection => ReadAsync(new PolicyTables(connection)), cancellation);

    /// <summary>Changes something as one transaction, in which nobody else changes anything.</summary>
    public Task<T> ChangeAsync<T>(Func<PolicyTables, PolicyCatalogue, Task<T>> change, CancellationToken cancellation = default) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var tables = new PolicyTables(connection, transaction);
                await tables.LockAsync();
                return await change(tables, await ReadAsync(tables));
            },
            cancellation);

    /// <summary>One version of a policy, the newest for null, and the numbers of all.</summary>
    public Task<GetPolicyAnswer> ShowAsync(string name, int? version, CancellationToken cancellation = default) =>
        database.ReadAsync(
            async connection =>
            {
                var tables = new PolicyTables(connection);
                var catalogue = await ReadAsync(tables);
                IReadOnlyList<int> kept = [.. await tables.VersionsAsync(name)];
                var shipped = FindShipped(name, catalogue.Default);
                return new GetPolicyAnswer(
                    version switch
                    {
                        null => catalogue.Find(name),
                        0 => shipped,
                        { } wanted => await tables.FindAsync(name, wanted) is { } row ? Read(row, catalogue.Default, []) : null,
                    },
                    shipped is null ? kept : [0, .. kept]);
            },
            cancellation);

    /// <summary>A policy as it comes with the mesh; null if none of the name does.</summary>
    public static PolicyView? FindShipped(string name, string defaultName) =>
        ShippedPolicies.All.FirstOrDefault(policy => policy.Name == name) is { } policy ? new PolicyView(policy, 0, name == defaultName) : null;

    private async Task<PolicyCatalogue> ReadAsync(PolicyTables tables)
    {
        var rows = await tables.LoadAsync();
        var defaultName = rows.Default ?? options.Value.Default;
        var unreadable = new Dictionary<string, string>(StringComparer.Ordinal);
        var kept = rows.Policies.Select(row => Read(row, defaultName, unreadable)).OfType<PolicyView>().ToList();
        var hidden = kept.Select(view => view.Policy.Name).Concat(unreadable.Keys).ToHashSet(StringComparer.Ordinal);
        return new PolicyCatalogue(
            [
                .. ShippedPolicies.All.Where(policy => !hidden.Contains(policy.Name)).Select(policy => new PolicyView(policy, 0, policy.Name == defaultName))
                    .Concat(kept).OrderBy(view => view.Policy.Name, StringComparer.Ordinal),
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

    [LoggerMessage(4010, LogLevel.Error, "Policy {Policy} cannot be read from the store and counts for nothing until it is kept anew or deleted: {Reason}")]
    private partial void LogUnreadable(string policy, string reason);

    [LoggerMessage(4011, LogLevel.Error, "The row that gives machine '{Vm}' policy {Policy} of its own cannot be read from the store; 'mesh doctor' can delete it")]
    private partial void LogUnreadableOverride(string vm, string policy);
}
