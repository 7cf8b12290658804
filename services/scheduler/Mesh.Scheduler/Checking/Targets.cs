using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Checking;

/// <summary>The dry run: whether a machine may move, and how every host is rated for it. The same for a running mesh and for an exported fleet.</summary>
public static class Targets
{
    /// <summary>Everything that speaks against the machine and against each host; the troubles of hosts fade by the time when the fleet was taken.</summary>
    public static RatedTargets Rate(FleetIndex fleet, RateTargets ask)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(ask);
        var options = ask.Options ?? new();
        IReadOnlyList<Refusal> ofOptions = [.. OptionRules.Check(options, new())];
        var (located, notFound) = Eligibility.Find(fleet, ask.Vm);
        if (located is null)
            return new(null, ask.Vm, null, [.. ofOptions, .. notFound], []);
        var query = new PlacementQuery(located, options) { Allowed = ask.To is { } only ? [only] : [] };
        return new(
            located.Vm.Id, located.Vm.Name, located.Host,
            [.. ofOptions, .. Eligibility.OfVm(fleet, located, options)],
            Placement.Rate(fleet, query, fleet.Fleet.TakenAt));
    }
}
