using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Asks the migrations service for all that a turn of the scheduler is decided by; answered by <see cref="ReadFleetAnswer"/>. From then on only
/// admissions of this turn are taken, so that two schedulers, or one whose message was long on its way, cannot give out a slot twice.
/// </summary>
/// <param name="PassEpoch">The turn; larger than any before it, or its admissions are not taken. 0 only reads, and takes nothing from the turn that runs.</param>
[MessageName("read-fleet")]
public sealed record ReadFleet(long PassEpoch);
