using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>
/// A command to a host's agent, sent to the queue <see cref="AgentQueues.Commands"/>. The agent refuses an epoch older than the
/// newest it has seen for the machine, and answers a repeated <see cref="CommandId"/> with the answer it recorded.
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
public abstract record AgentCommand
{
    /// <summary>The command's identity.</summary>
    public required CommandId CommandId { get; init; }

    /// <summary>The migration it belongs to.</summary>
    public required MigrationId MigrationId { get; init; }

    /// <summary>The attempt it belongs to.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The machine.</summary>
    public required VmId VmId { get; init; }

    /// <summary>W3C trace context of the migration; null if it has none.</summary>
    public string? TraceParent { get; init; }
}
