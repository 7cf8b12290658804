using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>What the migrations service knows at one moment.</summary>
/// <param name="Hosts">Every host that an agent has reported, by name.</param>
/// <param name="Migrations">Every migration that has not ended, the oldest first.</param>
/// <param name="PassEpoch">The newest pass that has read; only its admissions are accepted.</param>
/// <param name="IsCurrentPass">Whether that is the caller's pass; false if its number was not larger than an earlier one, so that its admissions would be rejected.</param>
[MessageName("read-fleet-answer")]
public sealed record ReadFleetAnswer(IReadOnlyList<HostView> Hosts, IReadOnlyList<MigrationView> Migrations, long PassEpoch, bool IsCurrentPass);
