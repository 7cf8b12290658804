using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// Asks the migrations service for everything that a scheduling pass needs; answered by <see cref="ReadFleetAnswer"/>. From then on only
/// admissions of this pass are accepted, so that two schedulers, or one whose message was delayed, cannot assign a slot twice.
/// </summary>
/// <param name="PassEpoch">The number of the pass; larger than any before it, or its admissions are rejected. 0 only reads, and does not affect the current pass.</param>
[MessageName("read-fleet")]
public sealed record ReadFleet(long PassEpoch);
