using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>
/// Throttles a VM by the quota of its vCPUs. The quota is written to their control groups, because libvirt does not allow changing it during
/// a migration, and so it stays on this host (ADR 0011). Removing the throttle restores the quota that libvirt has on record; a quota below
/// that shows that an agent throttled the VM.
/// </summary>
internal sealed class VcpuThrottle(VcpuCgroupFinder groups)
{
    /// <summary>The smallest quota that the kernel accepts.</summary>
    public const long MinQuotaMicroseconds = 1000;

    /// <summary>Throttles a VM below <paramref name="recorded"/>, the quota that libvirt has on record; 0 restores it.</summary>
    /// <exception cref="HypervisorException">The host does not support it, or the agent lacks permission.</exception>
    public void Set(VmId vm, long recorded, Percent throttle) => ForEachVcpu(vm, group =>
    {
        var all = EffectiveQuota(recorded, group.Read().PeriodMicroseconds);
        group.Write(throttle.Value > 0 ? Math.Max(MinQuotaMicroseconds, all * (100 - throttle.Value) / 100) : recorded);
    });

    /// <summary>Restores the quota that libvirt has on record, if the current one is lower.</summary>
    /// <exception cref="HypervisorException">It is lower, and the agent lacks permission.</exception>
    public void Lift(VmId vm, long recorded)
    {
        if (GetCurrent(vm, recorded) is not null)
            ForEachVcpu(vm, group => group.Write(recorded));
    }

    /// <summary>The VM's current throttle, relative to the quota that libvirt has on record; null for none.</summary>
    public Percent? GetCurrent(VmId vm, long recorded) => FromQuotas(ReadQuotas(vm), recorded);

    /// <summary>The quotas in force; empty if they cannot be read.</summary>
    public IReadOnlyList<CgroupCpuQuota> ReadQuotas(VmId vm)
    {
        try
        {
            return [.. groups.Find(vm).Select(group => group.Read())];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HypervisorException)
        {
            return [];
        }
    }

    /// <summary>The throttle that these quotas amount to, relative to the quota that libvirt has on record; null for none.</summary>
    public static Percent? FromQuotas(IReadOnlyList<CgroupCpuQuota> quotas, long recorded)
    {
        var most = quotas.Select(quota => FromQuota(quota, recorded)).DefaultIfEmpty(0).Max();
        return most > 0 ? new Percent(most) : null;
    }

    private static int FromQuota(CgroupCpuQuota quota, long recorded)
    {
        var all = EffectiveQuota(recorded, quota.PeriodMicroseconds);
        return quota.Microseconds > 0 && quota.Microseconds < all ? (int)(100 - quota.Microseconds * 100 / all) : 0;
    }

    /// <summary>A vCPU cannot use more than the whole period.</summary>
    private static long EffectiveQuota(long recorded, long period) => recorded > 0 ? Math.Min(recorded, period) : period;

    private void ForEachVcpu(VmId vm, Action<VcpuCgroup> act)
    {
        try
        {
            foreach (var group in groups.Find(vm))
                act(group);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HypervisorException(HypervisorErrorCode.Unsupported, vm, $"changing the quota of the VM's vCPUs failed: {e.Message}", e);
        }
    }
}
