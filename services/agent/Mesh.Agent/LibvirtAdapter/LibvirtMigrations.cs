using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>Migrate calls: new ones, and those that take a broken post-copy up again.</summary>
internal sealed class LibvirtMigrations(TimeProvider time)
{
    /// <summary>The other side learns of a broken connection a moment after this one.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    public Task<MigrateResult> RunAsync(OpenLink open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation) =>
        migration.IsRecovery ? RecoverAsync(open, domain, migration, cancellation) : CallAsync(open, domain, migration, MigrateFlags.None, cancellation);

    /// <summary>
    /// libvirt gives a post-copy up when its own connection breaks, which QEMU's may have survived or not missed yet; then libvirt
    /// refuses to resume what QEMU still runs. Paused on this side it is broken for both, and resumes.
    /// </summary>
    private async Task<MigrateResult> RecoverAsync(OpenLink open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation)
    {
        foreach (var pause in Pauses)
        {
            var result = await TryAsync(open, domain, migration, cancellation);
            if (result.Outcome is not MigrateOutcome.Failed || !LibvirtErrors.SaysStillRunning(result.Error))
                return result;
            await PauseAsync(open, domain, cancellation);
            await Task.Delay(pause, time, cancellation);
        }

        var last = await TryAsync(open, domain, migration, cancellation);
        return LibvirtErrors.SaysStillRunning(last.Error)
            ? last with { Error = $"the destination's QEMU has not noticed yet that the connection broke ({last.Error})" }
            : last;
    }

    private static async Task<MigrateResult> TryAsync(OpenLink open, LibvirtDomain domain, VmMigration migration, CancellationToken cancellation)
    {
        // libvirt 9.0 loses track of a post-copy that is resumed while it runs: it must be certain that it does not.
        var status = await open.Calls.RunAsync("virDomainGetState", domain.GetStatus, null, cancellation);
        return DomainStates.Of(status) is VmRunState.PostCopyFailed
            ? await CallAsync(open, domain, migration, MigrateFlags.PostCopy | MigrateFlags.PostCopyResume, cancellation)
            : new MigrateResult(MigrateOutcome.Failed, $"the machine is {DomainStates.Words(status)}: no post-copy of it is broken");
    }

    private static async Task PauseAsync(OpenLink open, LibvirtDomain domain, CancellationToken cancellation)
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
        OpenLink open, LibvirtDomain domain, VmMigration migration, MigrateFlags further, CancellationToken cancellation)
    {
        try
        {
            await open.Calls.MigrateAsync(
                domain, migration.DestinationUri, MigrateArguments.Parameters(migration.Options), MigrateArguments.Flags(migration.Options) | further, cancellation);
            return MigrateResult.Completed;
        }
        catch (LibvirtException e)
        {
            return LibvirtErrors.OfMigration(e, isConnected: !open.Connection.Closed.IsCompleted);
        }
    }
}
