namespace Mesh.Simulation.SeededBugs;

/// <summary>Bugs that the simulation must find when they are injected.</summary>
public enum SeededBugKind
{
    /// <summary>Success is announced on the source's report alone.</summary>
    SourceReportTrusted,

    /// <summary>An agent does not compare epochs.</summary>
    EpochUnchecked,

    /// <summary>An aborted migration keeps its VM's slot.</summary>
    SlotLeaked,

    /// <summary>Messages are sent before the transition that decided them is committed.</summary>
    SentBeforeCommit,

    /// <summary>A delayed report counts as a new one.</summary>
    StaleReportAccepted,

    /// <summary>A policy's plan starts over after a restart.</summary>
    PlanRestarted,

    /// <summary>A VM stays throttled.</summary>
    ThrottleNotRemoved,

    /// <summary>An admission of an outdated scheduling pass is accepted.</summary>
    StalePassAccepted,

    /// <summary>A migration that is confirming or cleaning up holds no slot.</summary>
    SlotFreedEarly,

    /// <summary>A host that has failed a migration is tried again.</summary>
    FailedHostRetried,

    /// <summary>An event of a host that is not the source counts.</summary>
    ForeignEventAccepted,

    /// <summary>A guest that stopped during its migration is called lost.</summary>
    GuestShutdownIsLost,

    /// <summary>A parameter that the host refused is shown as in force.</summary>
    RefusedParameterShown,

    /// <summary>A stall that is over is still shown.</summary>
    StallMarkRemains,
}
