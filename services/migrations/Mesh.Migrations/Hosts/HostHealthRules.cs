using Mesh.Contracts.Hosts;

namespace Mesh.Migrations.Hosts;

/// <summary>How long a host may be silent before what is made of it.</summary>
/// <param name="SuspectAfter">From this age of its last report on, a host is suspect. Agents report each second.</param>
/// <param name="UnresponsiveAfter">From this age on it is unresponsive (oVirt's <c>TimeoutToResetVdsInSeconds</c>).</param>
/// <param name="GracePerVm">This much is added for each machine on it: a host with many of them answers late (oVirt: half a second).</param>
public sealed record HostHealthLimits(TimeSpan SuspectAfter, TimeSpan UnresponsiveAfter, TimeSpan GracePerVm)
{
    /// <summary>15 s, 60 s, and half a second for each machine.</summary>
    public static readonly HostHealthLimits Default = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(0.5));
}

/// <summary>Whether a host is heard of as it should be.</summary>
public static class HostHealthRules
{
    /// <summary>Judges a host by the age of its last report.</summary>
    /// <param name="heardAt">When it was last heard; null if not since the mesh started.</param>
    /// <param name="since">When the mesh started to listen: one that has not been heard is given its grace from then on.</param>
    /// <param name="vms">How many machines it is known to have.</param>
    /// <param name="now">The time.</param>
    /// <param name="limits">The limits.</param>
    public static HostHealth Evaluate(DateTimeOffset? heardAt, DateTimeOffset since, int vms, DateTimeOffset now, HostHealthLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var silence = now - (heardAt ?? since);
        if (silence >= UnresponsiveAfter(vms, limits))
            return HostHealth.Unresponsive;
        return heardAt is null || silence >= SuspectAfter(vms, limits) ? HostHealth.Suspect : HostHealth.Healthy;
    }

    private static TimeSpan SuspectAfter(int vms, HostHealthLimits limits) => limits.SuspectAfter + limits.GracePerVm * vms;

    private static TimeSpan UnresponsiveAfter(int vms, HostHealthLimits limits) => limits.UnresponsiveAfter + limits.GracePerVm * vms;
}
