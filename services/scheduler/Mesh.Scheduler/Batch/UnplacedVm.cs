using Mesh.Contracts.Migrations;

namespace Mesh.Scheduler.Batch;

/// <summary>A machine that has found no host.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Refusals">Why, each kind of reason once.</param>
public sealed record UnplacedVm(LocatedVm Vm, IReadOnlyList<Refusal> Refusals);
