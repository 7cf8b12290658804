using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Values;

namespace Mesh.Migrations;

/// <summary>Something that a migration wants said.</summary>
public abstract record MigrationOutput;

/// <summary>A command to a host's agent.</summary>
/// <param name="Host">The host.</param>
/// <param name="Command">The command.</param>
public sealed record SendCommand(HostName Host, AgentCommand Command) : MigrationOutput;

/// <summary>A fact for whoever wants to know.</summary>
/// <param name="Event">The fact.</param>
public sealed record PublishEvent(MigrationEvent Event) : MigrationOutput;

/// <summary>What one input did.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Outputs">What is to be said, in order.</param>
public sealed record Transition(MigrationState State, IReadOnlyList<MigrationOutput> Outputs);
