using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>A flight's journal, replayed.</summary>
/// <param name="Count">How many inputs it holds.</param>
/// <param name="Replayed">Where the inputs lead to; null if they cannot be replayed.</param>
/// <param name="Problem">Why not.</param>
internal sealed record JournalReplay(long Count, MigrationState? Replayed, string Problem)
{
    public static async Task<JournalReplay> RunAsync(DiagnosticContext examination, string id)
    {
        var rows = (await examination.Connection.QueryAsync<JournalRow>(
            "SELECT version AS Version, at AS At, input AS Input FROM journal WHERE migration_id = @id ORDER BY version", new { id })).AsList();
        MigrationState? state = null;
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            if (row.Version != index + 1)
                return new JournalReplay(rows.Count, null, $"transition {index + 1} is missing; the next one is {row.Version}");
            try
            {
                var input = JsonSerializer.Deserialize<MigrationInput>(row.Input, MeshJson.Options) ?? throw new JsonException("it holds null");
                state = MigrationStateMachine.Apply(state, input, DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture)).State;
            }
#pragma warning disable CA1031 // Whatever a damaged input makes the rules throw, the journal cannot be replayed.
            catch (Exception e)
#pragma warning restore CA1031
            {
                return new JournalReplay(rows.Count, null, $"transition {row.Version} cannot be replayed: {e.Message}");
            }
        }

        return new JournalReplay(rows.Count, state, rows.Count == 0 ? "it is empty" : "");
    }

    private sealed class JournalRow
    {
        public long Version { get; init; }

        public string At { get; init; } = "";

        public string Input { get; init; } = "";
    }
}
