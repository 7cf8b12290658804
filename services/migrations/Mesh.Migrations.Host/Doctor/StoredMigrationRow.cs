using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>The row of a migration.</summary>
internal sealed class StoredMigrationRow
{
    private const string Select =
        "SELECT id AS Id, version AS Version, vm_id AS VmId, ended AS Ended, requested_at AS RequestedAt, state AS State FROM migration WHERE id = @id";

    public string Id { get; init; } = "";

    public long Version { get; init; }

    public string? VmId { get; init; }

    public long Ended { get; init; }

    public string RequestedAt { get; init; } = "";

    public string State { get; init; } = "";

    public bool HasEnded => Ended != 0;

    public static async Task<IReadOnlyList<string>> IdsAsync(DiagnosticContext context) =>
        (await context.Connection.QueryAsync<string>("SELECT id FROM migration ORDER BY id")).AsList();

    public static Task<StoredMigrationRow?> LoadAsync(DiagnosticContext context, string id) =>
        context.Connection.QuerySingleOrDefaultAsync<StoredMigrationRow>(Select, new { id });

    /// <summary>The snapshot; null and the reason if it cannot be read.</summary>
    public MigrationState? TryRead(out string reason)
    {
        reason = "";
        try
        {
            return JsonSerializer.Deserialize<MigrationState>(State, MeshJson.Options) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException or FormatException)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>The columns that disagree with the snapshot.</summary>
    public IReadOnlyList<string> DisagreeingColumns(MigrationState state)
    {
        var columns = new List<string>();
        if (!string.Equals(Id, state.Id.Value, StringComparison.Ordinal))
            columns.Add($"id is {Id}, not {state.Id}");
        if (!string.Equals(VmId, state.Vm?.Id.ToString(), StringComparison.Ordinal))
            columns.Add($"vm_id is {VmId ?? "null"}, not {state.Vm?.Id.ToString() ?? "null"}");
        if (HasEnded != state.HasEnded)
            columns.Add($"ended is {Ended}, not {(state.HasEnded ? 1 : 0)}");
        if (!string.Equals(RequestedAt, FormatRequestedAt(state), StringComparison.Ordinal))
            columns.Add($"requested_at is {RequestedAt}, not {FormatRequestedAt(state)}");
        return columns;
    }

    public static string FormatRequestedAt(MigrationState state) => state.RequestedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}

/// <summary>The result of replaying a migration's journal.</summary>
/// <param name="Count">Number of inputs in the journal.</param>
/// <param name="Replayed">The resulting state; null if the journal cannot be replayed.</param>
/// <param name="Problem">Why it cannot be replayed.</param>
internal sealed record JournalReplay(long Count, MigrationState? Replayed, string Problem)
{
    public static async Task<JournalReplay> RunAsync(DiagnosticContext context, string id)
    {
        var rows = (await context.Connection.QueryAsync<JournalRow>(
            "SELECT version AS Version, at AS At, input AS Input FROM journal WHERE migration_id = @id ORDER BY version", new { id })).AsList();
        MigrationState? state = null;
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            if (row.Version != index + 1)
                return new JournalReplay(rows.Count, null, $"transition {index + 1} is missing; the next one is {row.Version}");
            try
            {
                var input = JsonSerializer.Deserialize<MigrationInput>(row.Input, MeshJson.Options) ?? throw new JsonException("it is null");
                state = MigrationStateMachine.Apply(state, input, DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture)).State;
            }
#pragma warning disable CA1031 // A damaged input can make the state machine throw anything; the journal then cannot be replayed.
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
