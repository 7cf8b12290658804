using System.Text.Json.Serialization;
using Mesh.Hosting.Claims;

namespace Mesh.Hosting.Doctor;

/// <summary>The result of a diagnosis.</summary>
/// <param name="Store">The store's location, without passwords.</param>
/// <param name="Checked">What was checked, in order.</param>
/// <param name="Findings">The findings.</param>
public sealed record DoctorReport(string? Store, IReadOnlyList<string> Checked, IReadOnlyList<DoctorFinding> Findings)
{
    /// <summary>The broker, without passwords; null if it was not examined.</summary>
    public string? Broker { get; init; }

    /// <summary>The queues of the agents that the store refers to.</summary>
    internal IReadOnlyList<string> AgentQueues { get; init; } = [];

    /// <summary>The mesh's queues and what waits in them; empty if the broker was not examined.</summary>
    public IReadOnlyList<QueueState> Queues { get; init; } = [];

    /// <summary>What the store remembers of its broker; null if it has claimed none.</summary>
    internal StoreClaim? Claim { get; init; }

    /// <summary>The messages in the error queues, at most 50 of each; null if they are not to be shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FailedMessage>? FailedMessages { get; init; }

    /// <summary>Whether no finding needs attention.</summary>
    public bool IsHealthy => !Findings.Any(finding => finding.IsOpen);
}

/// <summary>A queue of the mesh.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Waiting">How many messages wait in it.</param>
/// <param name="Consumers">How many consumers it has.</param>
public sealed record QueueState(string Name, long Waiting, long Consumers);

/// <summary>A finding.</summary>
/// <param name="Severity">How serious it is.</param>
/// <param name="Check">Which check found it.</param>
/// <param name="Subject">What it is about, such as <c>migration m1</c>.</param>
/// <param name="Message">What is wrong.</param>
public sealed record DoctorFinding(FindingSeverity Severity, string Check, string Subject, string Message)
{
    /// <summary>Whether it can be repaired, and whether it was.</summary>
    public RepairState Repair { get; init; }

    /// <summary>What the repair would do or did, or why it failed; empty without one.</summary>
    public string RepairText { get; init; } = "";

    /// <summary>Whether it needs attention.</summary>
    public bool IsOpen => Severity == FindingSeverity.Problem && Repair != RepairState.Done;

    /// <summary>A finding that needs attention.</summary>
    public static DoctorFinding Problem(string check, string subject, string message) => new(FindingSeverity.Problem, check, subject, message);

    /// <summary>A finding that is only information.</summary>
    public static DoctorFinding Notice(string check, string subject, string message) => new(FindingSeverity.Notice, check, subject, message);
}

/// <summary>How serious a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>Information; the mesh works.</summary>
    Notice,

    /// <summary>Something is wrong and will not mend by itself.</summary>
    Problem,
}

/// <summary>Whether a finding can be repaired automatically.</summary>
public enum RepairState
{
    /// <summary>It cannot: a person has to decide.</summary>
    None,

    /// <summary>It can, but repair was not requested.</summary>
    Possible,

    /// <summary>It was repaired.</summary>
    Done,

    /// <summary>The repair failed; nothing was changed.</summary>
    Failed,
}
