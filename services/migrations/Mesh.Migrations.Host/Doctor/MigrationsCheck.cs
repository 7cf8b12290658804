using System.Data.Common;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>Whether each migration's snapshot can be read and agrees with its row and its journal.</summary>
internal sealed class MigrationsCheck : IStoreCheck
{
    private const string UpdateRow =
        "UPDATE migration SET state = @state, vm_id = @vm, ended = @ended, requested_at = @requestedAt WHERE id = @id AND version = @version";

    public string Name => "migrations";

    public async Task RunAsync(DiagnosticContext context)
    {
        var unfinished = new List<(string Id, string Vm)>();
        var ids = await StoredMigrationRow.IdsAsync(context);
        foreach (var id in ids)
        {
            if (await StoredMigrationRow.LoadAsync(context, id) is not { } row)
                continue;
            var journal = await JournalReplay.RunAsync(context, id);
            if (row.TryRead(out var reason) is not { } state)
            {
                await FindUnreadableAsync(context, row, journal, reason);
                continue;
            }

            await CompareColumnsAsync(context, row, state);
            CompareJournal(context, row, state, journal);
            if (state is { HasEnded: false, Vm: { } vm })
                unfinished.Add((id, vm.Id.ToString()));
        }

        context.AddChecked($"{ids.Count} migrations, each replayed from its journal");
        foreach (var vm in unfinished.GroupBy(migration => migration.Vm, StringComparer.Ordinal).Where(migrations => migrations.Count() > 1))
            context.Report(DoctorFinding.Problem(
                Name, $"VM {vm.Key}", $"has more than one unfinished migration: {string.Join(", ", vm.Select(migration => migration.Id))}"));
        await FindOrphansAsync(context);
    }

    // Snapshot and journal are written in the same transaction, so a complete journal that ends at this version reproduces the snapshot.
    private async Task FindUnreadableAsync(DiagnosticContext context, StoredMigrationRow row, JournalReplay journal, string reason)
    {
        var finding = DoctorFinding.Problem(Name, $"migration {row.Id}", $"snapshot cannot be read: {reason}");
        if (journal.Replayed is not { } state || journal.Count != row.Version)
            context.Report(finding with
            {
                Message = $"{finding.Message}; the journal cannot replace it: {(journal.Replayed is null ? journal.Problem : $"it has {journal.Count} transitions, not {row.Version}")}",
            });
        else
            await context.ReportAsync(
                finding, "the snapshot was rebuilt from the journal", "rebuilds the snapshot from the complete journal",
                transaction => SaveAsync(context, transaction, row, state));
    }

    private async Task CompareColumnsAsync(DiagnosticContext context, StoredMigrationRow row, MigrationState state)
    {
        if (row.DisagreeingColumns(state) is not { Count: > 0 } columns)
            return;
        var finding = DoctorFinding.Problem(Name, $"migration {row.Id}", $"row disagrees with the snapshot: {string.Join("; ", columns)}");
        if (string.Equals(row.Id, state.Id.Value, StringComparison.Ordinal))
            await context.ReportAsync(
                finding, "the row was updated from the snapshot", "updates the row from the snapshot",
                transaction => SaveAsync(context, transaction, row, state));
        else
            context.Report(finding);
    }

    // Snapshot and journal were saved together. If they disagree, commands were sent according to the snapshot: it is left as it is and the operator is told.
    private static void CompareJournal(DiagnosticContext context, StoredMigrationRow row, MigrationState state, JournalReplay journal)
    {
        var problem = journal switch
        {
            { Replayed: null } => journal.Problem,
            _ when journal.Count != row.Version => $"it has {journal.Count} transitions, but the snapshot is version {row.Version}",
            { Replayed: { } replayed } when !AreEqual(replayed, state) => "replaying it leads to a different state; the state machine may have changed since",
            _ => null,
        };
        if (problem is null)
            return;
        var (subject, message) = ($"migration {row.Id}", $"journal does not match the snapshot: {problem}");
        context.Report(state.HasEnded ? DoctorFinding.Notice("journal", subject, $"{message}; the migration has ended") : DoctorFinding.Problem("journal", subject, message));
    }

    private static async Task FindOrphansAsync(DiagnosticContext context)
    {
        var orphans = await context.Connection.QueryAsync<(string Id, long Count)>(
            "SELECT migration_id, COUNT(*) FROM journal WHERE migration_id NOT IN (SELECT id FROM migration) GROUP BY migration_id ORDER BY migration_id");
        foreach (var (id, count) in orphans)
            context.Report(DoctorFinding.Problem("journal", $"migration {id}", $"the journal has {count} transitions of a migration that is not in the store"));
    }

    private static bool AreEqual(MigrationState left, MigrationState right) => string.Equals(Json(left), Json(right), StringComparison.Ordinal);

    private static string Json(MigrationState state) => JsonSerializer.Serialize(state, MeshJson.Options);

    private static async Task SaveAsync(DiagnosticContext context, DbTransaction transaction, StoredMigrationRow row, MigrationState state)
    {
        var changed = await context.Connection.ExecuteAsync(
            UpdateRow,
            new
            {
                id = row.Id,
                version = row.Version,
                state = Json(state),
                vm = state.Vm?.Id.ToString(),
                ended = state.HasEnded ? 1 : 0,
                requestedAt = StoredMigrationRow.FormatRequestedAt(state),
            },
            transaction);
        if (changed != 1)
            throw new InvalidOperationException("the migration has changed in the meantime");
    }
}

/// <summary>Whether the next attempt will get a higher epoch than every earlier one.</summary>
internal sealed class EpochCheck : IStoreCheck
{
    public string Name => "epoch";

    public async Task RunAsync(DiagnosticContext context)
    {
        long newest = 0;
        foreach (var id in await StoredMigrationRow.IdsAsync(context))
            if (await StoredMigrationRow.LoadAsync(context, id) is { } row && row.TryRead(out _) is { } state)
                newest = Math.Max(newest, state.Epoch.Number);

        var latest = await context.Connection.ExecuteScalarAsync<long?>("SELECT MAX(latest) FROM epoch") ?? 0;
        context.AddChecked($"latest epoch {latest}");
        if (latest < newest)
            await context.ReportAsync(
                DoctorFinding.Problem(Name, "latest epoch", $"is {latest}, but an attempt already has {newest}: agents would reject the next attempts as outdated"),
                $"set to {newest}",
                $"sets it to {newest}",
                transaction => context.Connection.ExecuteAsync(
                    "INSERT INTO epoch (id, latest) VALUES (1, @newest) ON CONFLICT (id) DO UPDATE SET latest = @newest", new { newest }, transaction));
    }
}
