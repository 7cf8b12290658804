using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for all that the scheduler decides by; answered by <see cref="Fleet"/>.</summary>
[MessageName("export-fleet")]
public sealed record ExportFleet;
