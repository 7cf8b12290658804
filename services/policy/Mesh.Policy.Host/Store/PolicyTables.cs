using System.Data.Common;
using System.Globalization;
using Dapper;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Host.Store;

/// <summary>A consistent snapshot of the tables.</summary>
/// <param name="Policies">The newest version of each policy.</param>
/// <param name="Overrides">The policy overrides of VMs.</param>
/// <param name="Default">Name of the default policy; null until one is set.</param>
internal sealed record PolicyRows(IReadOnlyList<PolicyRow> Policies, IReadOnlyList<OverrideRow> Overrides, string? Default);

/// <summary>The policy tables, within a transaction, or without one for reading.</summary>
internal sealed class PolicyTables(DbConnection connection, DbTransaction? transaction = null)
{
    /// <summary>Blocks every other change until this transaction ends.</summary>
    public Task LockAsync() => connection.ExecuteAsync("UPDATE policy_default SET name = name WHERE id = 1", transaction: transaction);

    /// <summary>Everything that currently applies; one statement, so that the result is consistent.</summary>
    public async Task<PolicyRows> LoadAsync()
    {
        var rows = (await connection.QueryAsync<Row>(
            """
            SELECT 'policy' AS Kind, name AS Name, version AS Version, document AS Text, updated_by AS UpdatedBy, updated_at AS UpdatedAt FROM policy_version
            WHERE version = (SELECT MAX(version) FROM policy_version AS other WHERE other.name = policy_version.name)
            UNION ALL SELECT 'override', vm_id, CAST(0 AS BIGINT), policy, updated_by, updated_at FROM policy_override
            UNION ALL SELECT 'default', name, CAST(0 AS BIGINT), '', '', '' FROM policy_default WHERE name IS NOT NULL
            ORDER BY Kind, Name
            """,
            transaction: transaction)).ToLookup(row => row.Kind, StringComparer.Ordinal);
        return new PolicyRows(
            [.. rows["policy"].Select(row => new PolicyRow { Name = row.Name, Version = row.Version, Document = row.Text, UpdatedBy = row.UpdatedBy, UpdatedAt = row.UpdatedAt })],
            [.. rows["override"].Select(row => new OverrideRow(row.Name, row.Text, row.UpdatedBy, row.UpdatedAt))],
            rows["default"].FirstOrDefault()?.Name);
    }

    public Task<PolicyRow?> FindAsync(string name, int version) => connection.QuerySingleOrDefaultAsync<PolicyRow>(
        $"SELECT {PolicyRow.Columns} FROM policy_version WHERE name = @name AND version = @version", new { name, version }, transaction);

    public Task<IEnumerable<int>> VersionsAsync(string name) =>
        connection.QueryAsync<int>("SELECT version FROM policy_version WHERE name = @name ORDER BY version", new { name }, transaction);

    /// <summary>Saves a document as the next version of its policy, and returns the version.</summary>
    public async Task<int> SaveAsync(string name, string document, string by, DateTimeOffset at)
    {
        var version = await connection.ExecuteScalarAsync<int>(
            "INSERT INTO policy_sequence (name, last_version) VALUES (@name, 1) ON CONFLICT (name) DO UPDATE SET last_version = policy_sequence.last_version + 1 RETURNING last_version",
            new { name }, transaction);
        await connection.ExecuteAsync(
            "INSERT INTO policy_version (name, version, document, updated_by, updated_at) VALUES (@name, @version, @document, @by, @at)",
            new { name, version, document, by, at = Instant(at) }, transaction);
        return version;
    }

    public Task DeleteAsync(string name) => connection.ExecuteAsync("DELETE FROM policy_version WHERE name = @name", new { name }, transaction);

    public Task SetDefaultAsync(string name) => connection.ExecuteAsync("UPDATE policy_default SET name = @name WHERE id = 1", new { name }, transaction);

    public Task SetOverrideAsync(PolicyOverride own) => connection.ExecuteAsync(
        """
        INSERT INTO policy_override (vm_id, policy, updated_by, updated_at) VALUES (@vm, @policy, @by, @at)
        ON CONFLICT (vm_id) DO UPDATE SET policy = @policy, updated_by = @by, updated_at = @at
        """,
        new { vm = own.Vm.ToString(), policy = own.Policy, by = own.RequestedBy, at = Instant(own.At) }, transaction);

    /// <summary>Removes the policy override of a VM; false if it has none.</summary>
    public async Task<bool> RemoveOverrideAsync(VmId vm) =>
        await connection.ExecuteAsync("DELETE FROM policy_override WHERE vm_id = @vm", new { vm = vm.ToString() }, transaction) > 0;

    private static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public string Kind { get; init; } = "";

        public string Name { get; init; } = "";

        public long Version { get; init; }

        public string Text { get; init; } = "";

        public string UpdatedBy { get; init; } = "";

        public string UpdatedAt { get; init; } = "";
    }
}
