using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Placing;

/// <summary>A machine for which a host is wanted.</summary>
/// <param name="Vm">The machine, where it runs.</param>
/// <param name="Options">How it is moved.</param>
public sealed record PlacementQuery(LocatedVm Vm, MigrationOptions Options)
{
    /// <summary>The only hosts that may take it, in the order in which they are wanted; empty for any.</summary>
    public IReadOnlyList<HostName> Allowed { get; init; } = [];

    /// <summary>A host to be taken if nothing speaks against it; null for none.</summary>
    public HostName? Preferred { get; init; }

    /// <summary>Hosts that have failed this migration before.</summary>
    public IReadOnlyList<HostName> Excluded { get; init; } = [];

    /// <summary>Whether hard rules that keep machines together or apart may be broken, if no host can take it otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>The migration for which it is, if it is one of the fleet's: what it takes itself is free for it.</summary>
    public MigrationId? Except { get; init; }
}
