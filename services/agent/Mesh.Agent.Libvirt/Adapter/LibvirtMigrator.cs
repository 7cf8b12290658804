using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Makes migrate calls, and recovers failed post-copies.</summary>
internal sealed class LibvirtMigrator(TimeProvider time)
{
    /// <summary>The destination detects a broken connection later than the source.</summary>
    private static readonly TimeSpan[] RetryDelays = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    public Task<MigrateResult> RunAsync(OpenConnection open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation) =>
        migration.IsRecovery ? RecoverAsync(open, domain, migration, cancellation) : CallAsync(open, domain, migration, MigrateFlags.None, cancellation);

    /// <summary>
    /// libvirt considers a post-copy failed when its own connection breaks, while QEMU's may be intact, or not detected as broken yet; libvirt
    /// then refuses to resume what QEMU still runs. Once it is paused on the source, both agree, and it can be resumed.
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
            ? last with { Error = $"the destination's QEMU has not detected the broken connection yet ({last.Error})" }
            : last;
    }

    private static async Task<MigrateResult> TryResumeAsync(OpenConnection open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation)
    {
        // libvirt 9.0 loses track of a post-copy that is resumed while it runs: make sure that it has failed.
        var status = await open.Calls.RunAsync("virDomainGetState", domain.GetStatus, null, cancellation);
        return DomainStateMapping.ToRunState(status) is VmRunState.PostCopyFailed
            ? await CallAsync(open, domain, migration, MigrateFlags.PostCopy | MigrateFlags.PostCopyResume, cancellation)
            : new MigrateResult(MigrateOutcome.Failed, $"the VM is {DomainStateMapping.Describe(status)}: it has no failed post-copy");
    }

    private static async Task PausePostCopyAsync(OpenConnection open, LibvirtDomain domain, CancellationToken cancellation)
    {
        try
        {
            await open.Calls.RunAsync("virDomainAbortJobFlags", domain.AbortPostCopyJob, null, cancellation);
        }
        catch (LibvirtException)
        {
            // It is already paused here, and the destination has yet to detect the failure.
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
