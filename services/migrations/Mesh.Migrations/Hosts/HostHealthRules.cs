using Mesh.Contracts.Hosts;

namespace Mesh.Migrations.Hosts;

/// <summary>How old a host's last report may be.</summary>
/// <param name="SuspectAfter">From this age of its last report on, a host is suspect. Agents report each second.</param>
/// <param name="UnresponsiveAfter">From this age on it is unresponsive (oVirt's <c>TimeoutToResetVdsInSeconds</c>).</param>
/// <param name="GracePerVm">Added for each VM on it, because a host with many VMs reports late (oVirt: half a second).</param>
public sealed record HostHealthLimits(TimeSpan SuspectAfter, TimeSpan UnresponsiveAfter, TimeSpan GracePerVm)
{
    /// <summary>15 s, 60 s, and half a second per VM.</summary>
    public static readonly HostHealthLimits Default = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(0.5));
}

/// <summary>Evaluates the health of hosts.</summary>
public static class HostHealthRules
{
    /// <summary>Evaluates a host by the age of its last report.</summary>
    /// <param name="lastReportAt">When it last reported; null if not since the mesh started.</param>
    /// <param name="since">When the mesh started to receive reports; the age counts from here for a host that has not reported yet.</param>
    /// <param name="vms">How many VMs it is known to have.</param>
    /// <param name="now">The time.</param>
    /// <param name="limits">The limits.</param>
    public static HostHealth Evaluate(DateTimeOffset? lastReportAt, DateTimeOffset since, int vms, DateTimeOffset now, HostHealthLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var age = now - (lastReportAt ?? since);
        if (age >= UnresponsiveAfter(vms, limits))
            return HostHealth.Unresponsive;
        return lastReportAt is null || age >= SuspectAfter(vms, limits) ? HostHealth.Suspect : HostHealth.Healthy;
    }

    private static TimeSpan SuspectAfter(int vms, HostHealthLimits limits) => limits.SuspectAfter + limits.GracePerVm * vms;

    private static TimeSpan UnresponsiveAfter(int vms, HostHealthLimits limits) => limits.UnresponsiveAfter + limits.GracePerVm * vms;
}
