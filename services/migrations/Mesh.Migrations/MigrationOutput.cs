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

/// <summary>An agent's message has no effect, because it is not this migration's. Nothing is sent; the reason is for the log.</summary>
/// <param name="Host">The host in whose name it was sent.</param>
/// <param name="Message">What was sent, such as <c>JobEnded</c>.</param>
/// <param name="Reason">Why it does not count, for people.</param>
public sealed record IgnoreMessage(HostName Host, string Message, string Reason) : MigrationOutput;

/// <summary>The result of one input.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Outputs">The outputs, in order.</param>
public sealed record Transition(MigrationState State, IReadOnlyList<MigrationOutput> Outputs);
