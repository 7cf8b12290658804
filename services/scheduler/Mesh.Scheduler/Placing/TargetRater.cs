using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hypervisor;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Placing;

/// <summary>The dry run: whether a machine may move, and how every host is rated for it. The same for a running mesh and for an exported fleet.</summary>
public static class TargetRater
{
    /// <summary>Everything that speaks against the machine and against each host; the troubles of hosts fade by the time when the fleet was taken.</summary>
    public static RateTargetsAnswer Rate(FleetIndex fleet, RateTargets ask)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(ask);
        var options = ask.Options ?? new();
        IReadOnlyList<Refusal> ofOptions = [.. MigrationOptionsValidator.Validate(options, new())];
        var (located, notFound) = Eligibility.ResolveVm(fleet, ask.Vm);
        if (located is null)
            return new(null, ask.Vm, null, [.. ofOptions, .. notFound], []);
        var query = new PlacementQuery(located, options) { Allowed = ask.To is { } only ? [only] : [] };
        return new(
            located.Vm.Id, located.Vm.Name, located.Host,
            [.. ofOptions, .. Eligibility.CheckVm(fleet, located, options)],
            Placement.Rate(fleet, query, fleet.Fleet.TakenAt));
    }
}
