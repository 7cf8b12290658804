using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>What the migrations service knows at one moment.</summary>
/// <param name="Hosts">Every host that an agent has reported, by name.</param>
/// <param name="Migrations">Every migration that has not ended, the oldest first.</param>
/// <param name="PassEpoch">The newest turn that has read; only its admissions are taken.</param>
/// <param name="IsCurrentPass">Whether that is the turn of whoever asks; false where it was no larger than one before, so that nothing it admits would be taken.</param>
[MessageName("read-fleet-answer")]
public sealed record ReadFleetAnswer(IReadOnlyList<HostView> Hosts, IReadOnlyList<MigrationView> Migrations, long PassEpoch, bool IsCurrentPass);
