using System.Data.Common;
using System.Text.Json;
using Mesh.Hosting.Claims;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Doctor;

/// <summary>
/// Diagnoses a store, and repairs what is safe to repair. It opens the store as it is: it creates nothing and changes no schema, so it may
/// run beside a running mesh, and on a store that a mesh rejects.
/// </summary>
public sealed class StoreDoctor
{
    private readonly string _location;
    private readonly SchemaCheck _schema;
    private readonly IReadOnlyList<IStoreCheck> _checks;
    private readonly TimeProvider _time;

    /// <summary>A doctor for the configured store, with all registered checks.</summary>
    public StoreDoctor(IOptions<StoreOptions> options, IEnumerable<SchemaScript> scripts, IEnumerable<IStoreCheck> checks, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _location = options.Value.Location;
        (_schema, _checks, _time) = (new SchemaCheck(SqlDialect.For(_location), scripts), [.. checks], time);
    }

    /// <summary>Runs all checks.</summary>
    /// <param name="repair">Whether to repair what is safe to repair.</param>
    /// <param name="cancellation">Ends the diagnosis.</param>
    public async Task<DoctorReport> DiagnoseAsync(bool repair, CancellationToken cancellation = default)
    {
        var (dialect, where) = (SqlDialect.For(_location), SqlDialect.Describe(_location));
        DbConnection connection;
        try
        {
            connection = await dialect.OpenExistingAsync(cancellation);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException or ArgumentException or ProblemException)
        {
            return new DoctorReport(where, [], [DoctorFinding.Problem("store", where, $"cannot be opened: {dialect.DescribeOutage(e) ?? e.Message}")]);
        }

        await using (connection)
        {
            var context = new DiagnosticContext(dialect, connection, _time.GetUtcNow(), repair, cancellation);
            if (await RunAsync(new IntegrityCheck(dialect), context) && await RunAsync(_schema, context) && _schema.IsComplete)
                foreach (var check in _checks)
                    await RunAsync(check, context);
            return new DoctorReport(where, context.Checked, context.Findings) { AgentQueues = context.Queues, Claim = context.Claim };
        }
    }

    /// <summary>Frees the store for another broker; it gets a new identity with its next claim.</summary>
    /// <exception cref="ProblemException">A mesh is running on it, or it cannot be opened.</exception>
    /// <returns>The store, and with which broker it was claimed; null if with none, or if there is no such file.</returns>
    public async Task<(string Store, string? Broker)> ReleaseClaimAsync(CancellationToken cancellation = default)
    {
        var (dialect, where) = (SqlDialect.For(_location), SqlDialect.Describe(_location));
        try
        {
            if (await StoreLock.IsHeldByAnotherProcessAsync(_location, cancellation))
                throw new ProblemException($"a mesh is running on the store {where}: stop it first");
            if (!dialect.Exists)
                return (where, null);
            await using var connection = await dialect.OpenExistingAsync(cancellation);
            if (!await dialect.HasTableAsync(connection, "mesh_claim"))
                return (where, null);
            var claim = await ClaimTable.ReadAsync(connection);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await ClaimTable.ReleaseAsync(connection, transaction);
            await transaction.CommitAsync(cancellation);
            return (where, claim?.Broker);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ProblemException($"the store {where} cannot be used: {dialect.DescribeOutage(e) ?? e.Message}", e);
        }
    }

    // A check that fails is a finding, and the others still run.
    private static async Task<bool> RunAsync(IStoreCheck check, DiagnosticContext context)
    {
        try
        {
            await check.RunAsync(context);
            return true;
        }
        catch (Exception e) when (e is DbException or JsonException or InvalidOperationException or InvalidCastException or FormatException or OverflowException)
        {
            context.Report(DoctorFinding.Problem(check.Name, "the check", $"failed: {e.Message}"));
            return false;
        }
    }
}

/// <summary>
/// One check of <see cref="StoreDoctor"/>. A service registers a check for each thing that it stores; a check only reads, and changes
/// anything only through <see cref="DiagnosticContext.ReportAsync"/>.
/// </summary>
public interface IStoreCheck
{
    /// <summary>Its name in the findings.</summary>
    string Name { get; }

    /// <summary>Checks, and reports its findings.</summary>
    Task RunAsync(DiagnosticContext context);
}
