namespace Mesh.Contracts.Agents;

/// <summary>
/// To the source: resume a VM that a failed migration left paused, because the destination is proven not to have it.
/// Refused in post-copy, where the VM has run elsewhere since.
/// </summary>
public sealed record ResumeOnSource : AgentCommand;
