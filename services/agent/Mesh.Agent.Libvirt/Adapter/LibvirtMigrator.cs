using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Migrate calls: new ones, and those that take a broken post-copy up again.</summary>
internal sealed class LibvirtMigrator(TimeProvider time)
{
    /// <summary>The other side learns of a broken connection a moment after this one.</summary>
    private static readonly TimeSpan[] RetryDelays = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    public Task<MigrateResult> RunAsync(OpenConnection open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation) =>
        migration.IsRecovery ? RecoverAsync(open, domain, migration, cancellation) : CallAsync(open, domain, migration, MigrateFlags.None, cancellation);

    /// <summary>
    /// libvirt gives a post-copy up when its own connection breaks, which QEMU's may have survived or not missed yet; then libvirt
    /// refuses to resume what QEMU still runs. Paused on this side it is broken for both, and resumes.
    /// </summary>
    private async Task<MigrateResult> RecoverAsync(OpenConnection open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation)
    {
        foreach (var pause in RetryDelays)
        {
            var result = await TryResumeAsync(open, domain, migration, cancellation);
            if (result.Outcome is not MigrateOutcome.Failed || !LibvirtErrorMapping.IsMigrationStillRunning(result.Error))
                return result;
            await PausePostCopyAsync(open, domain, cancellation);
            await Task.Delay(pause, time, cancellation);
        }

        var last = await TryResumeAsync(open, domain, migration, cancellation);
        return LibvirtErrorMapping.IsMigrationStillRunning(last.Error)
            ? last with { Error = $"the destination's QEMU has not noticed yet that the connection broke ({last.Error})" }
            : last;
    }

    private static async Task<MigrateResult> TryResumeAsync(OpenConnection open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation)
    {
        // libvirt 9.0 loses track of a post-copy that is resumed while it runs: it must be certain that it does not.
        var status = await open.Calls.RunAsync("virDomainGetState", domain.GetStatus, null, cancellation);
        return DomainStateMapping.ToRunState(status) is VmRunState.PostCopyFailed
            ? await CallAsync(open, domain, migration, MigrateFlags.PostCopy | MigrateFlags.PostCopyResume, cancellation)
            : new MigrateResult(MigrateOutcome.Failed, $"the machine is {DomainStateMapping.Describe(status)}: no post-copy of it is broken");
    }

    private static async Task PausePostCopyAsync(OpenConnection open, LibvirtDomain domain, CancellationToken cancellation)
    {
        try
        {
            await open.Calls.RunAsync("virDomainAbortJobFlags", domain.AbortPostCopyJob, null, cancellation);
        }
        catch (LibvirtException)
        {
            // It is paused here already, and the other side is the one that has yet to notice.
        }
    }

    private static async Task<MigrateResult> CallAsync(
        OpenConnection open, LibvirtDomain domain, VmMigration migration, MigrateFlags additionalFlags, CancellationToken cancellation)
    {
        try
        {
            await open.Calls.MigrateAsync(
                domain, migration.DestinationUri, MigrateArguments.CreateParameters(migration.Options), MigrateArguments.CreateFlags(migration.Options) | additionalFlags, cancellation);
            return MigrateResult.Completed;
        }
        catch (LibvirtException e)
        {
            return LibvirtErrorMapping.ToMigrateResult(e, isConnected: !open.Connection.Closed.IsCompleted);
        }
    }
}
