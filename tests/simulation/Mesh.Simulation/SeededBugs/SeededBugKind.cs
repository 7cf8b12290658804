namespace Mesh.Simulation.SeededBugs;

/// <summary>Bugs that a mesh may have, and that the simulation must find when they are planted.</summary>
public enum SeededBugKind
{
    /// <summary>Success is announced on the source's word alone.</summary>
    SourceReportTrusted,

    /// <summary>An agent does not compare epochs.</summary>
    EpochUnchecked,

    /// <summary>An aborted migration keeps its machine's place.</summary>
    SlotLeaked,

    /// <summary>Messages go out before the turn that decided them is committed.</summary>
    SentBeforeCommit,

    /// <summary>A report that was long on its way counts as a new one.</summary>
    StaleReportAccepted,

    /// <summary>A policy's plan begins anew after a restart.</summary>
    PlanRestarted,

    /// <summary>A throttle stays on the machine.</summary>
    ThrottleNotRemoved,

    /// <summary>An admission of an older turn is taken.</summary>
    StalePassAccepted,

    /// <summary>A migration that settles or cleans up holds no slot.</summary>
    SlotFreedEarly,

    /// <summary>A host that has failed a migration is tried again.</summary>
    FailedHostRetried,
}
