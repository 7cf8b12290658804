namespace Mesh.Contracts.Policies;

/// <summary>What counts as progress of a copy.</summary>
public enum ProgressMeasure
{
    /// <summary>Less remains than in the sample before, or more was sent.</summary>
    RemainingOrTransferred,

    /// <summary>Less remains than in the sample before (KubeVirt).</summary>
    Remaining,
}
