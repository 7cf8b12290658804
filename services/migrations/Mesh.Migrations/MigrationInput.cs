using System.Text.Json.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>An input of a migration. The journal records every one with its time, so that a migration replays exactly.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "input")]
[JsonDerivedType(typeof(RequestReceived), "request")]
[JsonDerivedType(typeof(AbortReceived), "abort")]
[JsonDerivedType(typeof(ChangeReceived), "change")]
[JsonDerivedType(typeof(AnswerReceived), "answer")]
[JsonDerivedType(typeof(EventReceived), "event")]
[JsonDerivedType(typeof(ReportReceived), "report")]
[JsonDerivedType(typeof(HostFenced), "fenced")]
[JsonDerivedType(typeof(AdmissionReceived), "admission")]
[JsonDerivedType(typeof(TransferAdmissionReceived), "transfer")]
[JsonDerivedType(typeof(DismissalReceived), "dismissal")]
[JsonDerivedType(typeof(RescheduleReceived), "reschedule")]
[JsonDerivedType(typeof(TimerElapsed), "timer")]
public abstract record MigrationInput;

/// <summary>The request that starts the migration.</summary>
/// <param name="Request">The request.</param>
/// <param name="Facts">What is known about the VM.</param>
/// <param name="Refusals">The scheduler's reasons to reject it; null for none.</param>
public sealed record RequestReceived(RequestMigration Request, MigrationFacts Facts, IReadOnlyList<Refusal>? Refusals = null) : MigrationInput;

/// <summary>The scheduler's admission of the queued attempt, already validated (<see cref="AdmissionRules"/>).</summary>
/// <param name="Admission">The admission.</param>
/// <param name="Vm">The VM as it is described now.</param>
/// <param name="Epoch">The epoch of the attempt.</param>
public sealed record AdmissionReceived(AdmitMigration Admission, LocatedVm Vm, Epoch Epoch) : MigrationInput;

/// <summary>The scheduler lets an attempt copy that was admitted only to prepare, or changes its share of the link.</summary>
/// <param name="Share">Its share of the link; null for no limit.</param>
public sealed record TransferAdmissionReceived(BytesPerSecond? Share) : MigrationInput;

/// <summary>The scheduler has found no possible destination.</summary>
/// <param name="Refusals">Every reason.</param>
public sealed record DismissalReceived(IReadOnlyList<Refusal> Refusals) : MigrationInput;

/// <summary>Another priority or other hosts for a queued migration.</summary>
/// <param name="Request">The request.</param>
public sealed record RescheduleReceived(RescheduleMigration Request) : MigrationInput;

/// <summary>An abort request.</summary>
/// <param name="Abort">The request.</param>
public sealed record AbortReceived(AbortMigration Abort) : MigrationInput;

/// <summary>A change of parameters or policy, already validated (<see cref="ChangeRules"/>).</summary>
/// <param name="Change">The change.</param>
/// <param name="Policy">The policy that it names; null if it names none.</param>
public sealed record ChangeReceived(ChangeMigration Change, EffectivePolicy? Policy = null) : MigrationInput;

/// <summary>An agent's answer to a command.</summary>
/// <param name="Answer">The answer.</param>
public sealed record AnswerReceived(CommandAnswer Answer) : MigrationInput;

/// <summary>An agent's event.</summary>
/// <param name="Event">The event.</param>
public sealed record EventReceived(AgentEvent Event) : MigrationInput;

/// <summary>The part of a host's report that concerns this migration.</summary>
/// <param name="Host">The host.</param>
/// <param name="AgentEpoch">The report's agent process.</param>
/// <param name="Sequence">The report's number.</param>
/// <param name="HypervisorReachable">Whether the hypervisor answered, so that the host could report its VMs.</param>
/// <param name="Vm">The VM's status there; null if the host does not have it.</param>
/// <param name="Sample">The migration's telemetry there; null if none runs.</param>
/// <param name="OnThirdHost">Whether a third host has the VM.</param>
/// <param name="At">When the host took the report, by its own clock; null if unknown.</param>
public sealed record ReportReceived(
    HostName Host,
    long AgentEpoch,
    long Sequence,
    bool HypervisorReachable,
    VmStatusReport? Vm = null,
    MigrationSample? Sample = null,
    ThirdHostPresence OnThirdHost = ThirdHostPresence.No,
    DateTimeOffset? At = null) : MigrationInput;

/// <summary>Whether a VM is on a host that is neither source nor destination, as after a migration outside the mesh.</summary>
public enum ThirdHostPresence
{
    /// <summary>No other host has it. Each has reported, or has been unresponsive for so long that it is not waited for.</summary>
    No,

    /// <summary>Some other host has not reported recently, or none was checked.</summary>
    Unknown,

    /// <summary>Another host has it.</summary>
    Yes,
}

/// <summary>A host was fenced: it is off, so the VM is down there whatever it reported last.</summary>
/// <param name="Host">The host.</param>
/// <param name="AgentEpoch">The newest agent process that reported from there. Its reports are ignored while the fence holds.</param>
/// <param name="By">Who fenced it.</param>
public sealed record HostFenced(HostName Host, long AgentEpoch, string By) : MigrationInput;

/// <summary>The time of <see cref="MigrationTimers.NextDue"/> has come.</summary>
public sealed record TimerElapsed : MigrationInput;
