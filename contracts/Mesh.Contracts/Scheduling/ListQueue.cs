using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks for the queued migrations; answered by <see cref="QueueView"/>.</summary>
[MessageName("list-queue")]
public sealed record ListQueue;
