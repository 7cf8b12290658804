namespace Mesh.Contracts.Migrations;

/// <summary>What happens when a migration has not ended within its timeout.</summary>
public enum TimeoutAction
{
    /// <summary>The VM is suspended while the migration continues, and resumes on the destination (virsh's default).</summary>
    Suspend,

    /// <summary>The migration switches to post-copy, which must be allowed.</summary>
    PostCopy,

    /// <summary>The migration is aborted and the VM keeps running on the source.</summary>
    Abort,
}
