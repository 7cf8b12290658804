using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>The migration that a plan is about: what is copied, and what may be done to it.</summary>
/// <param name="Memory">Memory of the machine.</param>
/// <param name="Disks">Sizes of the disks that are copied along.</param>
/// <param name="VCpus">Virtual processors; one or more.</param>
/// <param name="Allow">What may be done to the machine, of what the policy permits.</param>
/// <param name="DowntimeBudget">The downtime that the machine bears, for policies with an adaptive rule; null for the policy's.</param>
/// <param name="Deadline">
/// How long the copying may take in all, for policies with an adaptive rule; null for the policy's completion timeout. The others act
/// at the times that they name.
/// </param>
/// <param name="IsPostCopyArmed">Whether QEMU was told at the start that post-copy may come.</param>
public sealed record PlanSubject(
    Bytes Memory,
    IReadOnlyList<Bytes> Disks,
    int VCpus,
    PolicyPermissions Allow,
    TimeSpan? DowntimeBudget = null,
    TimeSpan? Deadline = null,
    bool IsPostCopyArmed = false);
