using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Batch;

/// <summary>Explains why a VM has no host.</summary>
internal static class UnplacedExplanation
{
    /// <summary>Each kind of refusal once, with one host as the example; for eligible hosts, the competition of the other VMs.</summary>
    public static IReadOnlyList<Refusal> Explain(FleetIndex fleet, LocatedVm vm, MigrationOptions options, bool relax, UnplacedReason reason)
    {
        var all = fleet.Hosts.Where(host => host.Name != vm.Host)
            .SelectMany(host => Eligibility.CheckHost(fleet, vm, host.Name, options, relax))
            .GroupBy(refusal => refusal.Code)
            .Select(alike => new Refusal(alike.Key, Example([.. alike])));
        return [.. ExplainCompetition(vm, reason), .. all];
    }

    /// <summary>Why it cannot go to one host: the refusals, or the competition of the other VMs.</summary>
    public static IReadOnlyList<Refusal> Explain(FleetIndex fleet, LocatedVm vm, HostName to, MigrationOptions options, UnplacedReason reason) =>
        [.. ExplainCompetition(vm, reason), .. Eligibility.CheckHost(fleet, vm, to, options, relaxAffinity: true)];

    private static string Example(IReadOnlyList<Refusal> alike) => alike.Count switch
    {
        1 => alike[0].Message,
        2 => $"{alike[0].Message}; the same on one other host",
        _ => $"{alike[0].Message}; the same on {alike.Count - 1} other hosts",
    };

    private static IEnumerable<Refusal> ExplainCompetition(LocatedVm vm, UnplacedReason reason) => reason switch
    {
        UnplacedReason.NoRoomLeft => [new(RefusalCode.NotEnoughMemory,
            $"on hosts that could take {vm.Vm.Name}, the other VMs of the drain leave no room for its {vm.Vm.Memory} of memory and {vm.Vm.VCpus} {(vm.Vm.VCpus == 1 ? "vCPU" : "vCPUs")}")],
        UnplacedReason.GroupConflict => [new(RefusalCode.VmAffinity,
            $"on hosts with room for {vm.Vm.Name}, a VM affinity rule conflicts with the other VMs of the drain")],
        _ => [],
    };
}
