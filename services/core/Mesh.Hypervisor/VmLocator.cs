using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>Which host a VM is on, where several know it.</summary>
public static class VmLocator
{
    /// <summary>The lowest rank of a VM that takes its share of a host.</summary>
    public const int PausedRank = 2;

    /// <summary>How well a host's report locates a VM: best on the host where it runs.</summary>
    public static int StatusRank(VmStatus status) => status switch
    {
        VmStatus.Up or VmStatus.MigratingFrom => 3,
        VmStatus.Paused or VmStatus.PostCopyFailed => PausedRank,
        VmStatus.MigratingTo => 1,
        _ => 0,
    };

    /// <summary>The VM where it runs, else on any host that knows it; null if there is none, or more than one VM.</summary>
    /// <param name="candidates">Every host's description of VMs with the name or UUID.</param>
    public static LocatedVm? Locate(IReadOnlyList<LocatedVm> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates.Select(located => located.Vm.Id).Distinct().Count() == 1
            ? candidates.OrderByDescending(located => StatusRank(located.Vm.Status)).First()
            : null;
    }

    /// <summary>Why a name or UUID denotes no single VM.</summary>
    public static Refusal NotFound(string vm, IReadOnlyList<LocatedVm> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates.Count == 0
            ? new(RefusalCode.UnknownVm, $"no host has reported a VM '{vm}' (`mesh vms` lists them)")
            : new(RefusalCode.AmbiguousVm, $"several VMs are named '{vm}': "
                + string.Join(", ", candidates.Select(located => $"{located.Vm.Id} on {located.Host}")) + "; give the UUID");
    }
}
