using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Batch;

/// <summary>Why a machine found no host, in words.</summary>
internal static class UnplacedExplanation
{
    /// <summary>Each kind of reason once, with one host as the example; of hosts that nothing speaks against, what the other machines leave.</summary>
    public static IReadOnlyList<Refusal> Explain(FleetIndex fleet, LocatedVm vm, MigrationOptions options, bool relax, UnplacedReason reason)
    {
        var all = fleet.Hosts.Where(host => host.Name != vm.Host)
            .SelectMany(host => Eligibility.CheckHost(fleet, vm, host.Name, options, relax))
            .GroupBy(refusal => refusal.Code)
            .Select(alike => new Refusal(alike.Key, Example([.. alike])));
        return [.. ExplainCompetition(vm, reason), .. all];
    }

    /// <summary>Why it cannot go to one host: what speaks against that, or what the other machines leave.</summary>
    public static IReadOnlyList<Refusal> Explain(FleetIndex fleet, LocatedVm vm, HostName to, MigrationOptions options, UnplacedReason reason) =>
        [.. ExplainCompetition(vm, reason), .. Eligibility.CheckHost(fleet, vm, to, options, relaxAffinity: true)];

    private static string Example(IReadOnlyList<Refusal> alike) => alike.Count switch
    {
        1 => alike[0].Message,
        2 => $"{alike[0].Message}; another host is refused likewise",
        _ => $"{alike[0].Message}; {alike.Count - 1} other hosts are refused likewise",
    };

    private static IEnumerable<Refusal> ExplainCompetition(LocatedVm vm, UnplacedReason reason) => reason switch
    {
        UnplacedReason.NoRoomLeft => [new(RefusalCode.NotEnoughMemory,
            $"where nothing else speaks against {vm.Vm.Name}, the machines that are moved with it leave no room for its {vm.Vm.Memory} and {vm.Vm.VCpus} virtual processors")],
        UnplacedReason.GroupConflict => [new(RefusalCode.VmAffinity,
            $"where there is room for {vm.Vm.Name}, a rule keeps it away beside the machines that are moved with it")],
        _ => [],
    };
}
