namespace Mesh.Scheduler.Draining;

/// <summary>When a move is planned.</summary>
/// <param name="StartsAfter">When it begins, from now.</param>
/// <param name="Duration">How long it takes then.</param>
/// <param name="IsExclusive">Whether it has its links to itself.</param>
public sealed record MoveTimes(TimeSpan StartsAfter, TimeSpan Duration, bool IsExclusive);
