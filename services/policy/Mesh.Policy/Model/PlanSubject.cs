using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>The migration that a plan is for: what is copied, and what may be done to the VM.</summary>
/// <param name="Memory">Memory of the VM.</param>
/// <param name="Disks">Sizes of the disks that are copied along.</param>
/// <param name="VCpus">vCPUs; one or more.</param>
/// <param name="Allow">What may be done to the VM, of what the policy permits.</param>
/// <param name="DowntimeBudget">The downtime that the VM tolerates, for policies with an adaptive rule; null for the policy's.</param>
/// <param name="Deadline">
/// How long the whole copy may take, for policies with an adaptive rule; null for the policy's completion timeout. Other policies act at
/// the times that they name.
/// </param>
/// <param name="IsPostCopyArmed">Whether post-copy was enabled when the migration started.</param>
public sealed record PlanSubject(
    Bytes Memory,
    IReadOnlyList<Bytes> Disks,
    int VCpus,
    PolicyPermissions Allow,
    TimeSpan? DowntimeBudget = null,
    TimeSpan? Deadline = null,
    bool IsPostCopyArmed = false);

/// <summary>The parameters of a running migration, as far as they are known.</summary>
public sealed record TuningParameters
{
    /// <summary>Maximum downtime; null while nobody has set it, which leaves QEMU's 300 ms.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>Limit of pre-copy's data rate; null for none.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The throttle that the mesh has set; null for none.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>Whether the VM was suspended for the rest of its migration.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Whether the switch to post-copy was requested.</summary>
    public bool IsPostCopy { get; init; }

    /// <summary>The parameters after a change.</summary>
    public TuningParameters With(MigrationParameters change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with
        {
            MaxDowntime = change.MaxDowntime ?? MaxDowntime,
            Bandwidth = change.Bandwidth ?? Bandwidth,
            Throttle = change.Throttle is { } throttle ? throttle.Value == 0 ? null : throttle : Throttle,
            IsSuspended = IsSuspended || change.Suspend is true,
            IsPostCopy = IsPostCopy || change.PostCopy is true,
        };
    }
}

/// <summary>What may be done to the VM: what the policy permits, the request allows, and the host has not rejected.</summary>
internal static class EffectivePermissions
{
    public static PolicyPermissions ForPlan(PlanState plan)
    {
        var both = plan.Policy.Permits.Intersect(plan.Subject.Allow);
        return both with
        {
            Throttle = both.Throttle && !IsRefused(plan, PolicyActionKind.Throttle),
            PostCopy = both.PostCopy && plan.Subject.IsPostCopyArmed && !IsRefused(plan, PolicyActionKind.PostCopy),
            Suspend = both.Suspend && !IsRefused(plan, PolicyActionKind.Suspend),
        };
    }

    public static bool IsPermitted(PlanState plan, PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.Throttle => ForPlan(plan).Throttle,
        PolicyActionKind.PostCopy => ForPlan(plan).PostCopy,
        PolicyActionKind.Suspend => ForPlan(plan).Suspend,
        _ => true,
    };

    public static bool IsRefused(PlanState plan, PolicyActionKind kind) => plan.Refusals.Contains(kind);
}
