using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>Something that happened to a machine of the host.</summary>
/// <param name="VmId">The machine.</param>
public abstract record HypervisorEvent(VmId VmId);

/// <summary>A machine was defined, started, paused, resumed, stopped or removed.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="Name">Its name.</param>
/// <param name="Change">What happened.</param>
/// <param name="IsByMigration">Whether a migration was the reason.</param>
/// <param name="Detail">The hypervisor's words, such as <c>Stopped Migrated</c>.</param>
/// <param name="IsPostCopy">Whether it is post-copy's doing: suspended with it, the machine runs on the destination from here on.</param>
public sealed record VmLifecycleChanged(VmId VmId, string Name, VmLifecycle Change, bool IsByMigration, string Detail, bool IsPostCopy = false)
    : HypervisorEvent(VmId);

/// <summary>A migration began another pass over memory.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="Iteration">The pass that begins.</param>
public sealed record MigrationIterated(VmId VmId, long Iteration) : HypervisorEvent(VmId);

/// <summary>A job completed; for a machine that has gone, this is the only place where its numbers are to be had.</summary>
/// <param name="VmId">The machine.</param>
/// <param name="Copy">Its final statistics.</param>
public sealed record JobCompleted(VmId VmId, CopyStatistics Copy) : HypervisorEvent(VmId);

/// <summary>What happened in a machine's life.</summary>
public enum VmLifecycle
{
    /// <summary>Its definition was added or changed.</summary>
    Defined,

    /// <summary>Its definition was removed.</summary>
    Undefined,

    /// <summary>It was started, perhaps only to wait for its memory.</summary>
    Started,

    /// <summary>It was paused.</summary>
    Suspended,

    /// <summary>It runs again.</summary>
    Resumed,

    /// <summary>It does not run any more.</summary>
    Stopped,

    /// <summary>Anything else.</summary>
    Other,
}
