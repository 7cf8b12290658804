using System.Text.Json.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Something that a migration is told. The journal keeps every one with its time, so that a flight replays exactly.</summary>
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

/// <summary>The request that begins the flight.</summary>
/// <param name="Request">What is asked for.</param>
/// <param name="Facts">What is known of the machine.</param>
/// <param name="Refusals">What the scheduler found against it; null for nothing.</param>
public sealed record RequestReceived(RequestMigration Request, MigrationFacts Facts, IReadOnlyList<Refusal>? Refusals = null) : MigrationInput;

/// <summary>The scheduler's admission of the attempt that the flight waits for; what speaks against it was looked at before (<see cref="AdmissionRules"/>).</summary>
/// <param name="Admission">The admission.</param>
/// <param name="Vm">The machine as it is described now.</param>
/// <param name="Epoch">The epoch given to the attempt.</param>
public sealed record AdmissionReceived(AdmitMigration Admission, LocatedVm Vm, Epoch Epoch) : MigrationInput;

/// <summary>The scheduler lets an attempt copy that was admitted to prepare only, or gives it another share of the link.</summary>
/// <param name="Share">Its share of the link; null for no limit.</param>
public sealed record TransferAdmissionReceived(BytesPerSecond? Share) : MigrationInput;

/// <summary>The scheduler has found that no host can take the machine.</summary>
/// <param name="Refusals">Every reason.</param>
public sealed record DismissalReceived(IReadOnlyList<Refusal> Refusals) : MigrationInput;

/// <summary>Another priority, or other hosts, for a flight that waits.</summary>
/// <param name="Request">The wish.</param>
public sealed record RescheduleReceived(RescheduleMigration Request) : MigrationInput;

/// <summary>A wish to abort.</summary>
/// <param name="Abort">The wish.</param>
public sealed record AbortReceived(AbortMigration Abort) : MigrationInput;

/// <summary>A wish to change parameters or policy; what speaks against it was looked at before (<see cref="ChangeRules"/>).</summary>
/// <param name="Change">The wish.</param>
/// <param name="Policy">The policy that it names; null if it names none.</param>
public sealed record ChangeReceived(ChangeMigration Change, EffectivePolicy? Policy = null) : MigrationInput;

/// <summary>An agent's answer to a command.</summary>
/// <param name="Answer">The answer.</param>
public sealed record AnswerReceived(CommandAnswer Answer) : MigrationInput;

/// <summary>An agent's event.</summary>
/// <param name="Event">The event.</param>
public sealed record EventReceived(AgentEvent Event) : MigrationInput;

/// <summary>The part of a host's report that concerns this flight.</summary>
/// <param name="Host">The host.</param>
/// <param name="AgentEpoch">The report's agent process.</param>
/// <param name="Sequence">The report's number.</param>
/// <param name="HypervisorReachable">Whether the host could say anything of its machines.</param>
/// <param name="Vm">The machine's status there; null if the host does not know it.</param>
/// <param name="Sample">The migration's telemetry there; null if none runs.</param>
/// <param name="OnThirdHost">Whether a host that has nothing to do with the migration has the machine.</param>
/// <param name="At">When the host took it, by its own clock; null if not known.</param>
public sealed record ReportReceived(
    HostName Host,
    long AgentEpoch,
    long Sequence,
    bool HypervisorReachable,
    VmStatusReport? Vm = null,
    MigrationSample? Sample = null,
    ThirdHostPresence OnThirdHost = ThirdHostPresence.No,
    DateTimeOffset? At = null) : MigrationInput;

/// <summary>Whether a machine is on a host that has nothing to do with its migration, as after a move outside the mesh.</summary>
public enum ThirdHostPresence
{
    /// <summary>Every other host has been heard, or has been silent for so long that nothing is to be waited for, and none has it.</summary>
    No,

    /// <summary>Some other host has not been heard lately, or nobody has looked.</summary>
    Unknown,

    /// <summary>Another host has it.</summary>
    Yes,
}

/// <summary>A host was fenced: it is off for certain, and the machine is down there whatever was said last.</summary>
/// <param name="Host">The host.</param>
/// <param name="AgentEpoch">The newest agent process heard there. Its reports are kept from the flight while the fencing holds.</param>
/// <param name="By">Who fenced it.</param>
public sealed record HostFenced(HostName Host, long AgentEpoch, string By) : MigrationInput;

/// <summary>The time that <see cref="MigrationTimers.NextDue"/> named has come.</summary>
public sealed record TimerElapsed : MigrationInput;
