namespace Mesh.Contracts.Hosts;

/// <summary>What is wrong with the messages of a host's agent.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Since">When the first such message arrived, by the mesh's clock.</param>
/// <param name="LastAt">When the last one arrived.</param>
public sealed record HostProblem(HostProblemKind Kind, string Message, string Remedy, DateTimeOffset Since, DateTimeOffset LastAt);
