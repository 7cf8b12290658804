namespace Mesh.Contracts.Agents;

/// <summary>To the source: abort the migration's job, or ensure that it never starts. Refused once the VM runs on the destination.</summary>
public sealed record AbortJob : AgentCommand;
