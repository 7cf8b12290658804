namespace Mesh.Contracts.Agents;

/// <summary>
/// To the source: resume a VM that a failed migration left paused, because the destination is proven not to have it.
/// Refused in post-copy, because the VM has run on the destination since.
/// </summary>
public sealed record ResumeOnSource : AgentCommand;
