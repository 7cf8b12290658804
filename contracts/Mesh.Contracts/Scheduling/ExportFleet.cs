namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for all that the scheduler decides by; answered by <see cref="Fleet"/>.</summary>
public sealed record ExportFleet;
