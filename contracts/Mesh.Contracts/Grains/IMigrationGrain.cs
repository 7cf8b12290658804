using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Grains;

/// <summary>
/// One in-flight migration. Every method is one transition: transitions of one grain never overlap, each is durable before it returns,
/// and each may safely be repeated. The same object lives in the in-process home or in a silo (ADR 0004).
/// </summary>
public interface IMigrationGrain
{
    /// <summary>Takes the migration on, to wait for its admission, or refuses it with every reason at once.</summary>
    /// <param name="queued">The request with what the scheduler found against it; a repeated one is answered as the first was.</param>
    /// <param name="facts">What the mesh knows of the VM at this moment.</param>
    Task<MigrationRequestAnswer> RequestAsync(EnqueueMigration queued, MigrationFacts facts);

    /// <summary>Lets a waiting migration start an attempt, or continue to copy.</summary>
    /// <param name="admission">The admission; a repeated one is answered as the first was.</param>
    /// <param name="vm">The VM as it is described now; null if no host describes it.</param>
    /// <param name="destination">What is known of the destination now.</param>
    Task<AdmissionAnswer> AdmitAsync(AdmitMigration admission, LocatedVm? vm, DestinationFacts destination);

    /// <summary>Ends a migration that waits and that no host can take.</summary>
    Task<AdmissionAnswer> RejectAsync(RejectMigration dismissal);

    /// <summary>Changes the priority, or the possible destinations, of a migration that waits.</summary>
    Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration request);

    /// <summary>Aborts the migration in any phase.</summary>
    Task<AbortAnswer> AbortAsync(AbortMigration abort);

    /// <summary>Changes parameters, or the policy, while it runs.</summary>
    /// <param name="change">The change; a repeated one is answered as the first was.</param>
    /// <param name="policy">The policy that the change names; null if it names none.</param>
    Task<ChangeAnswer> ChangeAsync(ChangeMigration change, EffectivePolicy? policy);

    /// <summary>Takes an agent's answer to a command.</summary>
    Task AnswerAsync(CommandAnswer answer);

    /// <summary>Takes an agent's event.</summary>
    Task HandleEventAsync(AgentEvent agentEvent);

    /// <summary>Handles a host's report; old and repeated reports are dropped.</summary>
    Task HandleReportAsync(HostReport report);

    /// <summary>Handles the fencing of one of its hosts: it is powered off, whatever it reported last.</summary>
    /// <param name="host">The host.</param>
    /// <param name="agentEpoch">The newest agent process known there; its reports are no longer trusted.</param>
    /// <param name="by">Who fenced it.</param>
    Task HandleHostFencedAsync(HostName host, long agentEpoch, string by);

    /// <summary>Does what has fallen due.</summary>
    Task HandleTimerAsync();

    /// <summary>The migration as it stands; null if there is none.</summary>
    Task<MigrationView?> GetAsync();
}
