using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Values;

namespace Mesh.Migrations;

/// <summary>An output of a migration.</summary>
public abstract record MigrationOutput;

/// <summary>A command to a host's agent.</summary>
/// <param name="Host">The host.</param>
/// <param name="Command">The command.</param>
public sealed record SendCommand(HostName Host, AgentCommand Command) : MigrationOutput;

/// <summary>An event to publish.</summary>
/// <param name="Event">The event.</param>
public sealed record PublishEvent(MigrationEvent Event) : MigrationOutput;

/// <summary>The result of one input.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Outputs">The outputs, in order.</param>
public sealed record Transition(MigrationState State, IReadOnlyList<MigrationOutput> Outputs);
