namespace Mesh.Agent.Hypervisors;

/// <summary>How the hypervisor's migrate call returned.</summary>
/// <param name="Outcome">What it says.</param>
/// <param name="Error">The hypervisor's own words; empty if there are none.</param>
public sealed record MigrateResult(MigrateOutcome Outcome, string Error)
{
    /// <summary>The machine was handed over.</summary>
    public static readonly MigrateResult Completed = new(MigrateOutcome.Completed, "");
}

/// <summary>What the return of a migrate call says.</summary>
public enum MigrateOutcome
{
    /// <summary>The machine was handed over to the destination.</summary>
    Completed,

    /// <summary>The job was aborted by someone.</summary>
    Aborted,

    /// <summary>The job failed, or never began.</summary>
    Failed,

    /// <summary>The call lost its connection: the job may still run, and how it ends must be found out otherwise.</summary>
    Lost,
}
