using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>Something that happened to a VM of the host.</summary>
/// <param name="VmId">The VM.</param>
public abstract record HypervisorEvent(VmId VmId);

/// <summary>A VM was defined, started, paused, resumed, stopped or removed.</summary>
/// <param name="VmId">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="Change">What happened.</param>
/// <param name="IsByMigration">Whether a migration was the reason.</param>
/// <param name="Detail">The hypervisor's own text, such as <c>Stopped Migrated</c>.</param>
/// <param name="IsPostCopy">Whether post-copy was the reason: suspended by it, the VM runs on the destination from now on.</param>
public sealed record VmLifecycleChanged(VmId VmId, string Name, VmLifecycle Change, bool IsByMigration, string Detail, bool IsPostCopy = false)
    : HypervisorEvent(VmId);

/// <summary>A migration started another iteration over memory.</summary>
/// <param name="VmId">The VM.</param>
/// <param name="Iteration">The number of the iteration.</param>
public sealed record MigrationIterated(VmId VmId, long Iteration) : HypervisorEvent(VmId);

/// <summary>A job completed. For a VM that has left, no other source has its final statistics.</summary>
/// <param name="VmId">The VM.</param>
/// <param name="Copy">The final statistics.</param>
public sealed record JobCompleted(VmId VmId, CopyStatistics Copy) : HypervisorEvent(VmId);

/// <summary>A change in a VM's lifecycle.</summary>
public enum VmLifecycle
{
    /// <summary>Its definition was added or changed.</summary>
    Defined,

    /// <summary>Its definition was removed.</summary>
    Undefined,

    /// <summary>It was started, possibly only to receive its memory.</summary>
    Started,

    /// <summary>It was paused.</summary>
    Suspended,

    /// <summary>It was resumed.</summary>
    Resumed,

    /// <summary>It was stopped.</summary>
    Stopped,

    /// <summary>Anything else.</summary>
    Other,
}
