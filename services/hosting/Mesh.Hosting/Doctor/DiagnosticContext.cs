using System.Data.Common;
using Mesh.Hosting.Claims;
using Mesh.Hosting.Store;

namespace Mesh.Hosting.Doctor;

/// <summary>One diagnosis of a store: what a check needs, and where it reports its findings.</summary>
public sealed class DiagnosticContext
{
    private readonly SqlDialect _dialect;
    private readonly List<string> _checked = [];
    private readonly List<DoctorFinding> _findings = [];
    private readonly List<string> _queues = [];

    internal DiagnosticContext(SqlDialect dialect, DbConnection connection, DateTimeOffset now, bool isRepairing, CancellationToken cancellation) =>
        (_dialect, Connection, Now, IsRepairing, Cancellation) = (dialect, connection, now, isRepairing, cancellation);

    /// <summary>The store.</summary>
    public DbConnection Connection { get; }

    /// <summary>The time of the diagnosis.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Ends the diagnosis.</summary>
    public CancellationToken Cancellation { get; }

    internal IReadOnlyList<string> Checked => _checked;

    internal IReadOnlyList<DoctorFinding> Findings => _findings;

    internal IReadOnlyList<string> Queues => _queues;

    /// <summary>What the store remembers of its broker; null if it has claimed none.</summary>
    internal StoreClaim? Claim { get; set; }

    /// <summary>Whether to repair what can be repaired; false once a finding forbids writing to the store.</summary>
    internal bool IsRepairing { get; private set; }

    /// <summary>Reports what was checked.</summary>
    public void AddChecked(string what) => _checked.Add(what);

    /// <summary>Names a queue that the store refers to, to be examined on the broker.</summary>
    public void AddQueue(string queue) => _queues.Add(queue);

    /// <summary>Reports a finding that only a person can resolve.</summary>
    public void Report(DoctorFinding finding) => _findings.Add(finding);

    /// <summary>Reports a finding that can be repaired, and repairs it if requested.</summary>
    /// <param name="finding">What is wrong.</param>
    /// <param name="done">What the repair did: "snapshot rebuilt".</param>
    /// <param name="offered">What the repair would do: "rebuilds the snapshot".</param>
    /// <param name="repair">The repair, as one transaction; rolled back if it throws.</param>
    public async Task ReportAsync(DoctorFinding finding, string done, string offered, Func<DbTransaction, Task> repair)
    {
        ArgumentNullException.ThrowIfNull(finding);
        ArgumentNullException.ThrowIfNull(repair);
        if (!IsRepairing)
        {
            _findings.Add(finding with { Repair = RepairState.Possible, RepairText = $"--repair {offered}" });
            return;
        }

        try
        {
            await RepairAsync(repair);
            _findings.Add(finding with { Repair = RepairState.Done, RepairText = done });
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            _findings.Add(finding with { Repair = RepairState.Failed, RepairText = $"repair failed: {e.Message}" });
        }
    }

    private async Task RepairAsync(Func<DbTransaction, Task> repair)
    {
        await using var transaction = await Connection.BeginTransactionAsync(Cancellation);
        try
        {
            await repair(transaction);
            await transaction.CommitAsync(Cancellation);
        }
        catch
        {
            await _dialect.RollbackAsync(Connection, transaction);
            throw;
        }
    }

    /// <summary>Forbids repairs from here on.</summary>
    internal void DisableRepair() => IsRepairing = false;
}
