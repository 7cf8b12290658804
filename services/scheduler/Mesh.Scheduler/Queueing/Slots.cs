using Mesh.Contracts.Migrations;

namespace Mesh.Scheduler.Queueing;

/// <summary>The kind of slot that a migration holds.</summary>
public enum SlotKind
{
    /// <summary>None: it is waiting or has ended.</summary>
    None,

    /// <summary>A preparing slot, while it prepares or waits prepared: one of <c>PreparingPerHost</c> on its source and on its destination.</summary>
    Preparing,

    /// <summary>A transfer slot, while it copies or may do so once it is prepared: in the mesh, on both hosts and on their links.</summary>
    Copying,
}

/// <summary>Which slots a migration holds. That follows from its phase alone, so that no slot can leak.</summary>
public static class Slots
{
    /// <summary>
    /// The slot that a migration holds now. One that may copy holds its transfer slot from its admission until it has ended, also while it is
    /// confirming or cleaning up, because its data may still move then; one that may only prepare holds a preparing slot as long.
    /// </summary>
    public static SlotKind KindOf(MigrationView migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return KindOf(migration.Phase, migration.MayTransfer);
    }

    /// <summary>The slot that a migration holds in a phase.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="mayTransfer">Whether it was admitted to copy.</param>
    public static SlotKind KindOf(MigrationPhase phase, bool mayTransfer) => phase switch
    {
        MigrationPhase.Queued or MigrationPhase.Ended => SlotKind.None,
        MigrationPhase.Preparing or MigrationPhase.Ready or MigrationPhase.CleaningUp => mayTransfer ? SlotKind.Copying : SlotKind.Preparing,
        _ => SlotKind.Copying,
    };

    /// <summary>Whether a migration waits for the scheduler: to be admitted, or, prepared, to copy.</summary>
    public static bool IsWaiting(MigrationView migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return migration.Phase == MigrationPhase.Queued || migration is { Phase: MigrationPhase.Ready, MayTransfer: false, Destination: not null };
    }
}
