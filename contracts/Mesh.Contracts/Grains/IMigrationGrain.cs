using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Grains;

/// <summary>
/// One unfinished migration. Every method is one transition: transitions of one grain never overlap, each is durable before it returns,
/// and each can safely be repeated. The same class runs in process or in a silo (ADR 0004).
/// </summary>
public interface IMigrationGrain
{
    /// <summary>Accepts the migration, which then waits for its admission, or refuses it with every reason at once.</summary>
    /// <param name="queued">The request with the scheduler's refusals; a repeated one gets the same answer.</param>
    /// <param name="facts">What the mesh knows of the VM now.</param>
    Task<MigrationRequestAnswer> RequestAsync(EnqueueMigration queued, MigrationFacts facts);

    /// <summary>Lets a queued migration start an attempt, or a prepared one start copying.</summary>
    /// <param name="admission">The admission; a repeated one gets the same answer.</param>
    /// <param name="vm">The VM's current description; null if no host reports it.</param>
    /// <param name="destination">What is known of the destination now.</param>
    Task<AdmissionAnswer> AdmitAsync(AdmitMigration admission, LocatedVm? vm, DestinationFacts destination);

    /// <summary>Ends a queued migration that no host can take.</summary>
    Task<AdmissionAnswer> RejectAsync(RejectMigration dismissal);

    /// <summary>Changes the priority or the possible destinations of a queued migration.</summary>
    Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration request);

    /// <summary>Aborts the migration in any phase.</summary>
    Task<AbortAnswer> AbortAsync(AbortMigration abort);

    /// <summary>Changes parameters, or the policy, while it runs.</summary>
    /// <param name="change">The change; a repeated one gets the same answer.</param>
    /// <param name="policy">The policy that the change names; null if it names none.</param>
    Task<ChangeAnswer> ChangeAsync(ChangeMigration change, EffectivePolicy? policy);

    /// <summary>Handles an agent's answer to a command.</summary>
    Task AnswerAsync(CommandAnswer answer);

    /// <summary>Handles an agent's event.</summary>
    Task HandleEventAsync(AgentEvent agentEvent);

    /// <summary>Handles a host's report; old and repeated reports are dropped.</summary>
    Task HandleReportAsync(HostReport report);

    /// <summary>Handles the fencing of one of its hosts: it is powered off, whatever it reported last.</summary>
    /// <param name="host">The host.</param>
    /// <param name="agentEpoch">The newest agent process known there; its reports are no longer trusted.</param>
    /// <param name="by">Who fenced it.</param>
    Task HandleHostFencedAsync(HostName host, long agentEpoch, string by);

    /// <summary>Does everything that is due.</summary>
    Task HandleTimerAsync();

    /// <summary>The migration's current view; null if there is none.</summary>
    Task<MigrationView?> GetAsync();
}
