using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Placing;

/// <summary>A VM that needs a host, and the constraints.</summary>
/// <param name="Vm">The VM, where it runs.</param>
/// <param name="Options">The options of its migration.</param>
public sealed record PlacementQuery(LocatedVm Vm, MigrationOptions Options)
{
    /// <summary>The only hosts that may take it, in order of preference; empty for any.</summary>
    public IReadOnlyList<HostName> Allowed { get; init; } = [];

    /// <summary>The host to choose if it is eligible; null for none.</summary>
    public HostName? Preferred { get; init; }

    /// <summary>Hosts on which this migration has failed.</summary>
    public IReadOnlyList<HostName> Excluded { get; init; } = [];

    /// <summary>Whether hard VM affinity rules may be broken if no host can take it otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>The migration itself, if the fleet has it: its own reservation is ignored.</summary>
    public MigrationId? Except { get; init; }
}
