namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for the migrations that wait; answered by <see cref="QueueView"/>.</summary>
public sealed record ListQueue;
