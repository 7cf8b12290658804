using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>
/// A command to a host's agent, sent to the queue <see cref="AgentQueues.Commands"/>. The agent rejects an epoch older than the
/// newest it has seen for the VM, and answers a repeated <see cref="CommandId"/> with the answer it recorded.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(PrepareIncoming), "prepareIncoming")]
[JsonDerivedType(typeof(StartMigration), "startMigration")]
[JsonDerivedType(typeof(ChangeParameters), "changeParameters")]
[JsonDerivedType(typeof(AbortJob), "abortJob")]
[JsonDerivedType(typeof(CleanUpIncoming), "cleanUpIncoming")]
[JsonDerivedType(typeof(ResumeOnSource), "resumeOnSource")]
[JsonDerivedType(typeof(DestroyOrphan), "destroyOrphan")]
[JsonDerivedType(typeof(RecoverPostCopy), "recoverPostCopy")]
[MessageName("agent-command")]
public abstract record AgentCommand
{
    /// <summary>The command's identity. The sender of the command sets it and the rest of the header.</summary>
    [JsonRequired]
    public CommandId CommandId { get; init; }

    /// <summary>The migration it belongs to.</summary>
    [JsonRequired]
    public MigrationId MigrationId { get; init; }

    /// <summary>The attempt it belongs to.</summary>
    [JsonRequired]
    public Epoch Epoch { get; init; }

    /// <summary>The VM.</summary>
    [JsonRequired]
    public VmId VmId { get; init; }

    /// <summary>W3C trace context of the migration; null if it has none.</summary>
    public string? TraceParent { get; init; }
}
