namespace Mesh.Contracts.Agents;

/// <summary>
/// To the destination: remove what was prepared for a migration that did not succeed. A VM that runs there is never touched.
/// </summary>
public sealed record CleanUpIncoming : AgentCommand;
