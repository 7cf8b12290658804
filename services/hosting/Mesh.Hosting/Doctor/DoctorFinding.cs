namespace Mesh.Hosting.Doctor;

/// <summary>Something that is not as it should be.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Check">Which check found it.</param>
/// <param name="Subject">What it is about, such as <c>migration m1</c>.</param>
/// <param name="Message">What is wrong.</param>
public sealed record DoctorFinding(FindingSeverity Severity, string Check, string Subject, string Message)
{
    /// <summary>Whether it can be repaired, and whether that was done.</summary>
    public RepairState Repair { get; init; }

    /// <summary>What the repair does, did, or why it failed; empty if there is none.</summary>
    public string RepairText { get; init; } = "";

    /// <summary>Whether somebody should do something about it now.</summary>
    public bool IsOpen => Severity == FindingSeverity.Problem && Repair != RepairState.Done;

    /// <summary>Something to do about.</summary>
    public static DoctorFinding Problem(string check, string subject, string message) => new(FindingSeverity.Problem, check, subject, message);

    /// <summary>Something to know.</summary>
    public static DoctorFinding Notice(string check, string subject, string message) => new(FindingSeverity.Notice, check, subject, message);
}

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know; the mesh works.</summary>
    Notice,

    /// <summary>Something is wrong, and stays so unless somebody does something.</summary>
    Problem,
}

/// <summary>Whether a finding can be repaired without a person's judgement.</summary>
public enum RepairState
{
    /// <summary>It cannot: a person has to decide.</summary>
    None,

    /// <summary>It can, and nobody asked for it.</summary>
    Possible,

    /// <summary>It was.</summary>
    Done,

    /// <summary>It was tried, and nothing was changed.</summary>
    Failed,
}
