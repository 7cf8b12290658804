using System.Data.Common;
using Mesh.Hosting.Store;

namespace Mesh.Hosting.Doctor;

/// <summary>One look at a store: what a check needs, and where it tells what it finds.</summary>
public sealed class DiagnosticContext
{
    private readonly SqlDialect _dialect;
    private readonly List<string> _examined = [];
    private readonly List<DoctorFinding> _findings = [];
    private readonly List<string> _queues = [];

    internal DiagnosticContext(SqlDialect dialect, DbConnection connection, DateTimeOffset now, bool isRepairing, CancellationToken cancellation) =>
        (_dialect, Connection, Now, IsRepairing, Cancellation) = (dialect, connection, now, isRepairing, cancellation);

    /// <summary>The store.</summary>
    public DbConnection Connection { get; }

    /// <summary>The time of the examination.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Ends the examination.</summary>
    public CancellationToken Cancellation { get; }

    internal IReadOnlyList<string> Checked => _examined;

    internal IReadOnlyList<DoctorFinding> Findings => _findings;

    internal IReadOnlyList<string> Queues => _queues;

    /// <summary>Whether what can be repaired is to be; no longer once something is found that forbids to touch the store.</summary>
    internal bool IsRepairing { get; private set; }

    /// <summary>Says what was looked at.</summary>
    public void AddChecked(string what) => _examined.Add(what);

    /// <summary>Names a queue that the store knows of, to be looked at on the broker.</summary>
    public void AddQueue(string queue) => _queues.Add(queue);

    /// <summary>Tells a finding that only a person can do something about.</summary>
    public void Report(DoctorFinding finding) => _findings.Add(finding);

    /// <summary>Tells a finding that can be repaired, and repairs it if that was asked for.</summary>
    /// <param name="finding">What is wrong.</param>
    /// <param name="done">What the repair has done, as a sentence's end: "the snapshot was rebuilt".</param>
    /// <param name="offered">What it would do: "rebuilds the snapshot".</param>
    /// <param name="repair">The repair, as one transaction; when it throws, nothing was changed.</param>
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
            _findings.Add(finding with { Repair = RepairState.Failed, RepairText = $"could not be repaired: {e.Message}" });
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
