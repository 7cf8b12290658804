using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>A migration for the hypervisor to run.</summary>
/// <param name="VmId">The VM.</param>
/// <param name="DestinationUri">The destination's libvirt URI.</param>
/// <param name="Options">How to migrate it; for a recovery, the options that it was started with.</param>
/// <param name="IsRecovery">Whether it recovers a post-copy that lost its connection.</param>
public sealed record VmMigration(VmId VmId, string DestinationUri, MigrationOptions Options, bool IsRecovery = false);

/// <summary>How the hypervisor's migrate call returned.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Error">The hypervisor's error; empty for none.</param>
public sealed record MigrateResult(MigrateOutcome Outcome, string Error)
{
    /// <summary>The VM runs on the destination.</summary>
    public static readonly MigrateResult Completed = new(MigrateOutcome.Completed, "");
}

/// <summary>What the return of a migrate call means.</summary>
public enum MigrateOutcome
{
    /// <summary>The VM runs on the destination.</summary>
    Completed,

    /// <summary>The job was aborted.</summary>
    Aborted,

    /// <summary>The job failed, or never started.</summary>
    Failed,

    /// <summary>The call lost its connection: the job may still run, and its end must be found out in another way.</summary>
    Lost,
}

/// <summary>The stages of copying memory; each has its own bandwidth limit.</summary>
public enum CopyStage
{
    /// <summary>While the VM runs on the source.</summary>
    PreCopy,

    /// <summary>While the VM runs on the destination.</summary>
    PostCopy,
}
