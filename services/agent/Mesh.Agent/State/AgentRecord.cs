using Mesh.Contracts.Values;

namespace Mesh.Agent.State;

/// <summary>All that an agent must not forget.</summary>
/// <param name="Fences">The newest attempt seen per machine, the longest untouched first.</param>
/// <param name="Migrations">The attempts, the longest known first.</param>
internal sealed record AgentRecord(IReadOnlyList<VmFence> Fences, IReadOnlyList<MigrationRecord> Migrations)
{
    public static readonly AgentRecord Empty = new([], []);

    /// <summary>A fence is small and what it guards against is rare: far more of them are kept than records.</summary>
    public const int FencesPerRecord = 10;

    /// <summary>The number that the newest process of the agent goes by; the next one's is larger, whatever the clock says.</summary>
    public long AgentEpoch { get; init; }

    /// <summary>
    /// Attempts below this one must not begin here: an earlier record of them was lost, and with it which of them are over. Null if
    /// no record was ever lost.
    /// </summary>
    public Epoch? LostBelow { get; init; }

    public MigrationRecord? Find(MigrationId migration, Epoch epoch) =>
        Migrations.FirstOrDefault(record => record.MigrationId == migration && record.Epoch == epoch);

    public VmFence? FenceOf(VmId vm) => Fences.FirstOrDefault(fence => fence.VmId == vm);

    /// <summary>Whether the newest attempt for a machine was one away from here, and is over.</summary>
    public bool HasLeft(VmId vm) => Migrations.Where(record => record.VmId == vm).MaxBy(record => record.Epoch) is { Source.Ended: not null };

    public AgentRecord With(MigrationRecord record) => this with
    {
        Migrations = Migrations.Any(Is(record))
            ? [.. Migrations.Select(known => Is(record)(known) ? record : known)]
            : [.. Migrations, record],
    };

    public AgentRecord With(VmFence fence) => this with { Fences = [.. Fences.Where(known => known.VmId != fence.VmId), fence] };

    /// <summary>Forgets the oldest attempts that nothing depends on, so that no more than a number of them is kept.</summary>
    public AgentRecord Pruned(int recordsKeptMax)
    {
        var fences = recordsKeptMax * FencesPerRecord;
        if (Migrations.Count <= recordsKeptMax && Fences.Count <= fences)
            return this;
        var forgotten = Migrations.Where(record => record.IsForgettable).Take(Migrations.Count - recordsKeptMax).ToHashSet();
        return this with { Fences = [.. Fences.TakeLast(fences)], Migrations = [.. Migrations.Where(record => !forgotten.Contains(record))] };
    }

    private static Func<MigrationRecord, bool> Is(MigrationRecord record) =>
        known => known.MigrationId == record.MigrationId && known.Epoch == record.Epoch;
}

/// <summary>The newest attempt that an agent has seen for a machine.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="Epoch">The attempt's number.</param>
/// <param name="MigrationId">The migration that it belongs to.</param>
internal sealed record VmFence(VmId VmId, Epoch Epoch, MigrationId MigrationId);
