using System.Data.Common;
using System.Text.Json;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Doctor;

/// <summary>
/// Examines a store, and repairs what is safe to repair. It opens the store as it is: nothing is created and no schema is changed,
/// so it may be run beside a mesh that is at work, and on a store that a mesh would refuse.
/// </summary>
public sealed class StoreDoctor
{
    private readonly string _location;
    private readonly SchemaCheck _schema;
    private readonly IReadOnlyList<IStoreCheck> _checks;
    private readonly TimeProvider _time;

    /// <summary>A doctor of the configured store, with the checks of everything that is registered to be kept in it.</summary>
    public StoreDoctor(IOptions<StoreOptions> options, IEnumerable<SchemaScript> scripts, IEnumerable<IStoreCheck> checks, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _location = options.Value.Location;
        (_schema, _checks, _time) = (new SchemaCheck(SqlDialect.For(_location), scripts), [.. checks], time);
    }

    /// <summary>Looks at everything.</summary>
    /// <param name="repair">Whether to repair what is safe to repair.</param>
    /// <param name="cancellation">Ends the examination.</param>
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
            return new DoctorReport(where, [], [DoctorFinding.Problem("store", where, $"it cannot be opened: {dialect.DescribeOutage(e) ?? e.Message}")]);
        }

        await using (connection)
        {
            var context = new DiagnosticContext(dialect, connection, _time.GetUtcNow(), repair, cancellation);
            if (await RunAsync(new IntegrityCheck(dialect), context) && await RunAsync(_schema, context) && _schema.IsComplete)
                foreach (var check in _checks)
                    await RunAsync(check, context);
            return new DoctorReport(where, context.Checked, context.Findings) { AgentQueues = context.Queues };
        }
    }

    /// <summary>What one check stumbles over is a finding, and the others still have their turn.</summary>
    private static async Task<bool> RunAsync(IStoreCheck check, DiagnosticContext context)
    {
        try
        {
            await check.RunAsync(context);
            return true;
        }
        catch (Exception e) when (e is DbException or JsonException or InvalidOperationException or InvalidCastException or FormatException or OverflowException)
        {
            context.Report(DoctorFinding.Problem(check.Name, "the check", $"it could not be brought to an end: {e.Message}"));
            return false;
        }
    }
}
