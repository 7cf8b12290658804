using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Agent.State;

/// <summary>Everything that an agent must remember. Every name in its file is declared here and in <see cref="MigrationRecord"/>.</summary>
/// <param name="VmEpochs">The newest attempt seen per VM, the least recently seen first.</param>
/// <param name="Migrations">The attempts, in the order in which they were first seen.</param>
internal sealed record AgentState(
    [property: JsonPropertyName("vmEpochs")] IReadOnlyList<VmEpoch> VmEpochs,
    [property: JsonPropertyName("migrations")] IReadOnlyList<MigrationRecord> Migrations)
{
    /// <summary>The format that this version writes, and the only one that it reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The member that holds <see cref="Format"/>.</summary>
    public const string FormatName = "format";

    /// <summary>An entry is small, and a stale command rare: far more of them are kept than records.</summary>
    public const int VmEpochsPerRecord = 10;

    public static readonly AgentState Empty = new([], []);

    [JsonPropertyName(FormatName)]
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The epoch of the latest agent process; the next one's is greater, whatever the clock shows.</summary>
    [JsonPropertyName("agentEpoch")]
    public long AgentEpoch { get; init; }

    /// <summary>
    /// Attempts below this one must not start here: an earlier state was lost, and with it which of them have ended. Null if no state was
    /// ever lost.
    /// </summary>
    [JsonPropertyName("minimumEpoch")]
    public Epoch? MinimumEpoch { get; init; }

    public MigrationRecord? Find(MigrationId migration, Epoch epoch) =>
        Migrations.FirstOrDefault(record => record.MigrationId == migration && record.Epoch == epoch);

    public VmEpoch? FindVmEpoch(VmId vm) => VmEpochs.FirstOrDefault(latest => latest.VmId == vm);

    /// <summary>Whether the VM's newest attempt migrated it away from this host and has ended.</summary>
    public bool HasLeft(VmId vm) => Migrations.Where(record => record.VmId == vm).MaxBy(record => record.Epoch) is { Source.Ended: not null };

    public AgentState With(MigrationRecord record) => this with
    {
        Migrations = Migrations.Any(Matches(record))
            ? [.. Migrations.Select(known => Matches(record)(known) ? record : known)]
            : [.. Migrations, record],
    };

    public AgentState With(VmEpoch latest) => this with { VmEpochs = [.. VmEpochs.Where(known => known.VmId != latest.VmId), latest] };

    /// <summary>Drops the oldest attempts that nothing depends on, down to a maximum number of records.</summary>
    public AgentState Pruned(int recordsKeptMax)
    {
        var vmEpochsMax = recordsKeptMax * VmEpochsPerRecord;
        if (Migrations.Count <= recordsKeptMax && VmEpochs.Count <= vmEpochsMax)
            return this;
        var forgotten = Migrations.Where(record => record.IsPrunable).Take(Migrations.Count - recordsKeptMax).ToHashSet();
        return this with { VmEpochs = [.. VmEpochs.TakeLast(vmEpochsMax)], Migrations = [.. Migrations.Where(record => !forgotten.Contains(record))] };
    }

    private static Func<MigrationRecord, bool> Matches(MigrationRecord record) =>
        known => known.MigrationId == record.MigrationId && known.Epoch == record.Epoch;
}

/// <summary>The newest attempt that an agent has seen for a VM.</summary>
internal sealed record VmEpoch(
    [property: JsonPropertyName("vmId")] VmId VmId,
    [property: JsonPropertyName("epoch")] Epoch Epoch,
    [property: JsonPropertyName("migrationId")] MigrationId MigrationId);
