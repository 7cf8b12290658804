namespace Mesh.Simulation.Plants;

/// <summary>Bugs that a mesh may have, and that the simulation must find when they are planted.</summary>
public enum KnownBug
{
    /// <summary>Success is announced on the source's word alone.</summary>
    SourceAlone,

    /// <summary>An agent does not compare epochs.</summary>
    EpochUnchecked,

    /// <summary>An aborted migration keeps its machine's place.</summary>
    SlotLeaked,

    /// <summary>Messages go out before the turn that decided them is committed.</summary>
    SentBeforeCommit,

    /// <summary>A report that was long on its way counts as a new one.</summary>
    LateDownBelieved,

    /// <summary>A policy's plan begins anew after a restart.</summary>
    PlanForgotten,

    /// <summary>A throttle stays on the machine.</summary>
    ThrottleLeft,

    /// <summary>An admission of an older turn is taken.</summary>
    OldTurnTaken,

    /// <summary>A migration that settles or cleans up holds no slot.</summary>
    EndingSlotFree,

    /// <summary>A host that has failed a migration is tried again.</summary>
    FailedHostForgotten,
}
