namespace Mesh.Contracts.Migrations;

/// <summary>What happens when a migration has not ended within its timeout.</summary>
public enum TimeoutAction
{
    /// <summary>The VM is suspended while the migration goes on, and runs again on the destination (virsh's default).</summary>
    Suspend,

    /// <summary>The migration changes over to post-copy, which must have been allowed.</summary>
    PostCopy,

    /// <summary>The migration is aborted and the VM goes on running on the source.</summary>
    Abort,
}
