using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for all that the scheduler's decisions depend on; answered by <see cref="Fleet"/>.</summary>
[MessageName("export-fleet")]
public sealed record ExportFleet;
