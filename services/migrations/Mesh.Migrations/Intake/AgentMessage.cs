using Mesh.Contracts.Values;

namespace Mesh.Migrations.Intake;

/// <summary>An agent's message after it was checked: what counts of it, and what does not.</summary>
/// <param name="Content">The message with its valid entries; null if it is refused as a whole.</param>
/// <param name="Host">The host that it names; null if it names none.</param>
/// <param name="Fault">Why it is refused as a whole; null if it is not.</param>
/// <param name="InvalidEntries">The entries that were dropped.</param>
public sealed record AgentMessage<T>(T? Content, HostName? Host, MessageFault? Fault, IReadOnlyList<InvalidEntry> InvalidEntries)
    where T : class
{
    /// <summary>The protocol version that it states, however invalid the rest is; null if it states none.</summary>
    public int? ProtocolVersion { get; init; }
}

/// <summary>An entry for one VM that was dropped from a message.</summary>
/// <param name="Vm">The VM; null if the entry does not say which.</param>
/// <param name="Name">Its name; null if the entry does not say it.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="IsStatus">Whether it would have said in which status the VM is, so that its absence says nothing.</param>
public sealed record InvalidEntry(VmId? Vm, string? Name, string Reason, bool IsStatus);
