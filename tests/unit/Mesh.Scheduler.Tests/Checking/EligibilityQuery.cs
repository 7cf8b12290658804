using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Placing;

namespace Mesh.Scheduler.Tests.Checking;

/// <summary>Whether a VM of a fleet may move to a host: by default <c>g1</c> to <c>hostb</c>.</summary>
internal sealed record EligibilityQuery(Fleet Fleet)
{
    public string Vm { get; init; } = "g1";

    public HostName To { get; init; } = Given.HostB;

    public MigrationOptions Options { get; init; } = new();

    public IReadOnlyList<HostName> Excluded { get; init; } = [];

    public bool RelaxAffinity { get; init; }

    public MigrationId? Except { get; init; }

    /// <summary>All refusals.</summary>
    public IReadOnlyList<Refusal> Check()
    {
        var index = new FleetIndex(Fleet);
        var (located, notFound) = Eligibility.ResolveVm(index, Vm);
        if (located is null)
            return notFound;
        var query = new PlacementQuery(located, Options) { Allowed = [To], Excluded = Excluded, RelaxAffinity = RelaxAffinity, Except = Except };
        return
        [
            .. MigrationOptionsValidator.Validate(Options, new()), .. Eligibility.CheckVm(index, located, Options, Except),
            .. Placement.Rate(index, query, Given.Now).ShouldHaveSingleItem().Refusals,
        ];
    }
}
