using System.Data.Common;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>Whether each flight's snapshot can be read, its row says the same, and its journal leads to it.</summary>
internal sealed class MigrationsCheck : IStoreCheck
{
    private const string UpdateRow =
        "UPDATE migration SET state = @state, vm_id = @vm, ended = @ended, requested_at = @requestedAt WHERE id = @id AND version = @version";

    public string Name => "flights";

    public async Task RunAsync(DiagnosticContext examination)
    {
        var unfinished = new List<(string Id, string Vm)>();
        var ids = await MigrationRow.IdsAsync(examination);
        foreach (var id in ids)
        {
            if (await MigrationRow.LoadAsync(examination, id) is not { } row)
                continue;
            var journal = await JournalReplay.RunAsync(examination, id);
            if (row.TryRead(out var reason) is not { } state)
            {
                await FindUnreadableAsync(examination, row, journal, reason);
                continue;
            }

            await CompareColumnsAsync(examination, row, state);
            CompareJournal(examination, row, state, journal);
            if (state is { HasEnded: false, Vm: { } vm })
                unfinished.Add((id, vm.Id.ToString()));
        }

        examination.AddChecked($"{ids.Count} migrations, each replayed from its journal");
        foreach (var vm in unfinished.GroupBy(migration => migration.Vm, StringComparer.Ordinal).Where(migrations => migrations.Count() > 1))
            examination.Report(DoctorFinding.Problem(
                Name, $"machine {vm.Key}", $"it has more than one unfinished migration: {string.Join(", ", vm.Select(migration => migration.Id))}"));
        await FindOrphansAsync(examination);
    }

    // The journal is the same transaction's, so if it is whole and ends at this very version, it gives what the snapshot was.
    private async Task FindUnreadableAsync(DiagnosticContext examination, MigrationRow row, JournalReplay journal, string reason)
    {
        var finding = DoctorFinding.Problem(Name, $"migration {row.Id}", $"its snapshot cannot be read: {reason}");
        if (journal.Replayed is not { } state || journal.Count != row.Version)
            examination.Report(finding with
            {
                Message = $"{finding.Message}; and its journal cannot stand in for it: {(journal.Replayed is null ? journal.Problem : $"it has {journal.Count} transitions, not {row.Version}")}",
            });
        else
            await examination.ReportAsync(
                finding, "the snapshot was rebuilt from the journal", "rebuilds the snapshot from the journal, which is whole",
                transaction => SaveAsync(examination, transaction, row, state));
    }

    private async Task CompareColumnsAsync(DiagnosticContext examination, MigrationRow row, MigrationState state)
    {
        if (row.DisagreeingColumns(state) is not { Count: > 0 } columns)
            return;
        var finding = DoctorFinding.Problem(Name, $"migration {row.Id}", $"its row disagrees with its snapshot: {string.Join("; ", columns)}");
        if (string.Equals(row.Id, state.Id.Value, StringComparison.Ordinal))
            await examination.ReportAsync(
                finding, "the row was set to what the snapshot says", "sets the row to what the snapshot says",
                transaction => SaveAsync(examination, transaction, row, state));
        else
            examination.Report(finding);
    }

    // Snapshot and journal were kept together. Where they disagree, commands were given by the snapshot: it stands, and a person is told.
    private static void CompareJournal(DiagnosticContext examination, MigrationRow row, MigrationState state, JournalReplay journal)
    {
        var complaint = journal switch
        {
            { Replayed: null } => journal.Problem,
            _ when journal.Count != row.Version => $"it has {journal.Count} transitions, and the snapshot is of version {row.Version}",
            { Replayed: { } replayed } when !AreEqual(replayed, state) => "it replays to another state than the snapshot's; the rules may have changed since",
            _ => null,
        };
        if (complaint is null)
            return;
        var (subject, message) = ($"migration {row.Id}", $"its journal does not lead to its snapshot: {complaint}");
        examination.Report(state.HasEnded ? DoctorFinding.Notice("journal", subject, $"{message}; the migration has ended") : DoctorFinding.Problem("journal", subject, message));
    }

    private static async Task FindOrphansAsync(DiagnosticContext examination)
    {
        var orphans = await examination.Connection.QueryAsync<(string Id, long Count)>(
            "SELECT migration_id, COUNT(*) FROM journal WHERE migration_id NOT IN (SELECT id FROM migration) GROUP BY migration_id ORDER BY migration_id");
        foreach (var (id, count) in orphans)
            examination.Report(DoctorFinding.Problem("journal", $"migration {id}", $"there are {count} transitions in the journal of a migration that is not in the store"));
    }

    private static bool AreEqual(MigrationState left, MigrationState right) => string.Equals(Json(left), Json(right), StringComparison.Ordinal);

    private static string Json(MigrationState state) => JsonSerializer.Serialize(state, MeshJson.Options);

    private static async Task SaveAsync(DiagnosticContext examination, DbTransaction transaction, MigrationRow row, MigrationState state)
    {
        var changed = await examination.Connection.ExecuteAsync(
            UpdateRow,
            new
            {
                id = row.Id,
                version = row.Version,
                state = Json(state),
                vm = state.Vm?.Id.ToString(),
                ended = state.HasEnded ? 1 : 0,
                requestedAt = MigrationRow.FormatRequestedAt(state),
            },
            transaction);
        if (changed != 1)
            throw new InvalidOperationException("the migration has moved on meanwhile");
    }
}
