using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>A migration that failed because of a host; it lowers the host's score for a while.</summary>
/// <param name="Host">The host.</param>
/// <param name="At">When, by the mesh's clock.</param>
/// <param name="Migration">The migration.</param>
/// <param name="Reason">The failure.</param>
public sealed record HostFailure(HostName Host, DateTimeOffset At, MigrationId Migration, string Reason);
