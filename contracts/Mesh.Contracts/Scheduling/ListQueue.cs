namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for the migrations that wait; answered by <see cref="ListedQueue"/>.</summary>
public sealed record ListQueue;
