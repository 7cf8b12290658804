using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hypervisor;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Placing;

/// <summary>The dry run: whether a VM can be migrated, and the rating of every host. The same for a running mesh and for an exported fleet.</summary>
public static class TargetRater
{
    /// <summary>Every refusal for the VM and for each host. Failures of hosts fade by the time of the fleet.</summary>
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
