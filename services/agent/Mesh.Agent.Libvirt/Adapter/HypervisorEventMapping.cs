using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

internal static class HypervisorEventMapping
{
    public static HypervisorEvent? FromLibvirt(LibvirtEvent libvirtEvent)
    {
        var vm = new VmId(libvirtEvent.DomainUuid);
        return libvirtEvent switch
        {
            DomainLifecycleEvent life => new VmLifecycleChanged(vm, life.DomainName, ToLifecycle(life.Event), IsByMigration(life.Detail), Describe(life),
                life.Detail is DomainLifecycleDetail.SuspendedPostCopy or DomainLifecycleDetail.ResumedPostCopy),
            MigrationIterationEvent pass => new MigrationIterated(vm, pass.Iteration),
            JobCompletedEvent ended when JobStatsMapping.FromLibvirt(ended.Stats, isEnded: true) is { } job => new JobCompleted(vm, job.Copy),
            _ => null,
        };
    }

    private static VmLifecycle ToLifecycle(DomainLifecycle change) => change switch
    {
        DomainLifecycle.Defined => VmLifecycle.Defined,
        DomainLifecycle.Undefined => VmLifecycle.Undefined,
        DomainLifecycle.Started => VmLifecycle.Started,
        DomainLifecycle.Suspended => VmLifecycle.Suspended,
        DomainLifecycle.Resumed => VmLifecycle.Resumed,
        DomainLifecycle.Stopped => VmLifecycle.Stopped,
        _ => VmLifecycle.Other,
    };

    private static bool IsByMigration(DomainLifecycleDetail detail) => detail is
        DomainLifecycleDetail.StartedMigrated or DomainLifecycleDetail.StoppedMigrated
        or DomainLifecycleDetail.SuspendedMigrated or DomainLifecycleDetail.SuspendedPostCopy or DomainLifecycleDetail.SuspendedPostCopyFailed
        or DomainLifecycleDetail.ResumedMigrated or DomainLifecycleDetail.ResumedPostCopy or DomainLifecycleDetail.ResumedPostCopyFailed;

    private static string Describe(DomainLifecycleEvent life)
    {
        var (change, detail) = ($"{life.Event}", $"{life.Detail}");
        return detail.StartsWith(change, StringComparison.Ordinal) ? $"{change} {detail[change.Length..]}" : change;
    }
}
