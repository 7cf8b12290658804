using Mesh.Contracts.Values;

namespace Mesh.Agent.State;

/// <summary>All that an agent must not forget.</summary>
/// <param name="VmEpochs">The newest attempt seen per machine, the longest untouched first.</param>
/// <param name="Migrations">The attempts, the longest known first.</param>
internal sealed record AgentState(IReadOnlyList<VmEpoch> VmEpochs, IReadOnlyList<MigrationRecord> Migrations)
{
    public static readonly AgentState Empty = new([], []);

    /// <summary>A fence is small and what it guards against is rare: far more of them are kept than records.</summary>
    public const int VmEpochsPerRecord = 10;

    /// <summary>The number that the newest process of the agent goes by; the next one's is larger, whatever the clock says.</summary>
    public long AgentEpoch { get; init; }

    /// <summary>
    /// Attempts below this one must not begin here: an earlier record of them was lost, and with it which of them are over. Null if
    /// no record was ever lost.
    /// </summary>
    public Epoch? MinimumEpoch { get; init; }

    public MigrationRecord? Find(MigrationId migration, Epoch epoch) =>
        Migrations.FirstOrDefault(record => record.MigrationId == migration && record.Epoch == epoch);

    public VmEpoch? FindVmEpoch(VmId vm) => VmEpochs.FirstOrDefault(latest => latest.VmId == vm);

    /// <summary>Whether the newest attempt for a machine was one away from here, and is over.</summary>
    public bool HasLeft(VmId vm) => Migrations.Where(record => record.VmId == vm).MaxBy(record => record.Epoch) is { Source.Ended: not null };

    public AgentState With(MigrationRecord record) => this with
    {
        Migrations = Migrations.Any(Matches(record))
            ? [.. Migrations.Select(known => Matches(record)(known) ? record : known)]
            : [.. Migrations, record],
    };

    public AgentState With(VmEpoch latest) => this with { VmEpochs = [.. VmEpochs.Where(known => known.VmId != latest.VmId), latest] };

    /// <summary>Forgets the oldest attempts that nothing depends on, so that no more than a number of them is kept.</summary>
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

/// <summary>The newest attempt that an agent has seen for a machine.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="Epoch">The attempt's number.</param>
/// <param name="MigrationId">The migration that it belongs to.</param>
internal sealed record VmEpoch(VmId VmId, Epoch Epoch, MigrationId MigrationId);
