using System.Data.Common;
using System.Globalization;
using Dapper;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Host.Store;

/// <summary>What the tables hold at one moment.</summary>
/// <param name="Policies">The newest version of each policy.</param>
/// <param name="Overrides">Machines' own policies.</param>
/// <param name="Default">What counts where nothing else does; null while nobody has said so.</param>
internal sealed record PolicyRows(IReadOnlyList<PolicyRow> Policies, IReadOnlyList<OverrideRow> Overrides, string? Default);

/// <summary>The tables of policies within one transaction, or outside of any for reading.</summary>
internal sealed class PolicyTables(DbConnection connection, DbTransaction? transaction = null)
{
    /// <summary>Makes every other change wait until this transaction has ended.</summary>
    public Task LockAsync() => connection.ExecuteAsync("UPDATE policy_default SET name = name WHERE one = 1", transaction: transaction);

    /// <summary>Everything that counts now; one statement, so that all of it is of one moment.</summary>
    public async Task<PolicyRows> LoadAsync()
    {
        var rows = (await connection.QueryAsync<Row>(
            """
            SELECT 'policy' AS Kind, name AS Name, version AS Version, document AS Text, kept_by AS By, kept_at AS At FROM policy_version
            WHERE version = (SELECT MAX(version) FROM policy_version AS other WHERE other.name = policy_version.name)
            UNION ALL SELECT 'override', vm_id, CAST(0 AS BIGINT), policy, set_by, set_at FROM policy_override
            UNION ALL SELECT 'default', name, CAST(0 AS BIGINT), '', '', '' FROM policy_default WHERE name IS NOT NULL
            ORDER BY Kind, Name
            """,
            transaction: transaction)).ToLookup(row => row.Kind, StringComparer.Ordinal);
        return new PolicyRows(
            [.. rows["policy"].Select(row => new PolicyRow { Name = row.Name, Version = row.Version, Document = row.Text, KeptBy = row.By, KeptAt = row.At })],
            [.. rows["override"].Select(row => new OverrideRow(row.Name, row.Text, row.By, row.At))],
            rows["default"].FirstOrDefault()?.Name);
    }

    public Task<PolicyRow?> FindAsync(string name, int version) => connection.QuerySingleOrDefaultAsync<PolicyRow>(
        $"SELECT {PolicyRow.Columns} FROM policy_version WHERE name = @name AND version = @version", new { name, version }, transaction);

    public Task<IEnumerable<int>> VersionsAsync(string name) =>
        connection.QueryAsync<int>("SELECT version FROM policy_version WHERE name = @name ORDER BY version", new { name }, transaction);

    /// <summary>Keeps a document as the next version of its policy, and gives the version.</summary>
    public async Task<int> SaveAsync(string name, string document, string by, DateTimeOffset at)
    {
        var version = await connection.ExecuteScalarAsync<int>(
            "INSERT INTO policy_number (name, newest) VALUES (@name, 1) ON CONFLICT (name) DO UPDATE SET newest = policy_number.newest + 1 RETURNING newest",
            new { name }, transaction);
        await connection.ExecuteAsync(
            "INSERT INTO policy_version (name, version, document, kept_by, kept_at) VALUES (@name, @version, @document, @by, @at)",
            new { name, version, document, by, at = Instant(at) }, transaction);
        return version;
    }

    public Task DeleteAsync(string name) => connection.ExecuteAsync("DELETE FROM policy_version WHERE name = @name", new { name }, transaction);

    public Task SetDefaultAsync(string name) => connection.ExecuteAsync("UPDATE policy_default SET name = @name WHERE one = 1", new { name }, transaction);

    public Task SetOverrideAsync(PolicyOverride own) => connection.ExecuteAsync(
        """
        INSERT INTO policy_override (vm_id, policy, set_by, set_at) VALUES (@vm, @policy, @by, @at)
        ON CONFLICT (vm_id) DO UPDATE SET policy = @policy, set_by = @by, set_at = @at
        """,
        new { vm = own.Vm.ToString(), policy = own.Policy, by = own.RequestedBy, at = Instant(own.At) }, transaction);

    /// <summary>Takes a machine's own policy away; false if it has none.</summary>
    public async Task<bool> RemoveOverrideAsync(VmId vm) =>
        await connection.ExecuteAsync("DELETE FROM policy_override WHERE vm_id = @vm", new { vm = vm.ToString() }, transaction) > 0;

    private static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public string Kind { get; init; } = "";

        public string Name { get; init; } = "";

        public long Version { get; init; }

        public string Text { get; init; } = "";

        public string By { get; init; } = "";

        public string At { get; init; } = "";
    }
}
