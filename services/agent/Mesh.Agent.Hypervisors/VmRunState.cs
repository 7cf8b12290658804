namespace Mesh.Agent.Hypervisors;

/// <summary>What a machine does on a host: libvirt's states and reasons, as far as migrations care.</summary>
public enum VmRunState
{
    /// <summary>Not running, for another reason than a migration.</summary>
    Down,

    /// <summary>Not running, because it moved to another host (<c>shut off (migrated)</c>).</summary>
    DownMigrated,

    /// <summary>Running; whether it is being migrated away only its job can tell.</summary>
    Running,

    /// <summary>Running here while it pulls the rest of its memory from the source (<c>running (post-copy)</c>).</summary>
    RunningPostCopy,

    /// <summary>Paused for a reason that has nothing to do with a migration.</summary>
    Paused,

    /// <summary>Being started; an incoming migration begins like this (<c>paused (starting up)</c>).</summary>
    PausedStarting,

    /// <summary>Paused by a migration: on the source for the switch-over or by request, on the destination until then (<c>paused (migrating)</c>).</summary>
    PausedMigrating,

    /// <summary>Paused because it runs on the destination already (<c>paused (post-copy)</c>).</summary>
    PausedPostCopy,

    /// <summary>Its post-copy migration lost the connection (<c>post-copy failed</c>).</summary>
    PostCopyFailed,
}
