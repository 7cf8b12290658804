using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Batch;

/// <summary>A machine that has found a host.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="To">The host.</param>
/// <param name="Relaxed">Whether a hard rule that keeps machines together or apart may be broken there.</param>
public sealed record PlacedVm(LocatedVm Vm, HostName To, bool Relaxed = false);
