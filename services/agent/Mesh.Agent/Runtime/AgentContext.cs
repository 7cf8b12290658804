using Mesh.Contracts.Values;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Runtime;

/// <summary>Identity, clock, log and lifetime of one agent process.</summary>
internal sealed class AgentContext
{
    public required HostName Host { get; init; }

    /// <summary>Start of this agent process, in milliseconds since 1970; always greater than that of an earlier one.</summary>
    public required long AgentEpoch { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Cancelled when the agent stops.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>The host's UUID, by which two hosts of one name are told apart; null until the hypervisor has described the host.</summary>
    public string? HostUuid { get; set; }

    public DateTimeOffset Now => Time.GetUtcNow();
}
