using System.Globalization;
using System.Text.Json;
using Dapper;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>A flight as its row says it.</summary>
internal sealed class MigrationRow
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

    public static async Task<IReadOnlyList<string>> IdsAsync(DiagnosticContext examination) =>
        (await examination.Connection.QueryAsync<string>("SELECT id FROM migration ORDER BY id")).AsList();

    public static Task<MigrationRow?> LoadAsync(DiagnosticContext examination, string id) =>
        examination.Connection.QuerySingleOrDefaultAsync<MigrationRow>(Select, new { id });

    /// <summary>The snapshot; null with the reason if it cannot be read.</summary>
    public MigrationState? TryRead(out string reason)
    {
        reason = "";
        try
        {
            return JsonSerializer.Deserialize<MigrationState>(State, MeshJson.Options) ?? throw new JsonException("it holds null");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException or FormatException)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>In which columns the row says something else than its snapshot.</summary>
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
