using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.HostSystem;

/// <summary>
/// Slows a machine down by the quota of its virtual processors. It is written to their control groups, because libvirt lets nobody change
/// a quota while a migration runs, and so it stays on this host (ADR 0011). What libvirt itself has on record is what the machine gets back,
/// and a quota below that is the sign that an agent slowed it down.
/// </summary>
internal sealed class VcpuThrottle(VcpuCgroupFinder groups)
{
    /// <summary>The kernel takes no smaller quota.</summary>
    public const long MinQuotaMicroseconds = 1000;

    /// <summary>Slows a machine down by so much of what it has by libvirt's record, which <paramref name="recorded"/> is; 0 gives it all.</summary>
    /// <exception cref="HypervisorException">This host, or this agent, cannot do that.</exception>
    public void Set(VmId vm, string name, long recorded, Percent throttle) => ForEachVcpu(vm, name, group =>
    {
        var all = EffectiveQuota(recorded, group.Read().PeriodMicroseconds);
        group.Write(throttle.Value > 0 ? Math.Max(MinQuotaMicroseconds, all * (100 - throttle.Value) / 100) : recorded);
    });

    /// <summary>Gives a machine what it has by libvirt's record, if it has less.</summary>
    /// <exception cref="HypervisorException">It has less, and this agent may not change that.</exception>
    public void Lift(VmId vm, string name, long recorded)
    {
        if (GetCurrent(vm, name, recorded) is not null)
            ForEachVcpu(vm, name, group => group.Write(recorded));
    }

    /// <summary>By how much a machine is slowed down below what it has by libvirt's record; null if it is not.</summary>
    public Percent? GetCurrent(VmId vm, string name, long recorded) => FromQuotas(ReadQuotas(vm, name), recorded);

    /// <summary>The quotas in force; none where there are none to be read.</summary>
    public IReadOnlyList<CgroupCpuQuota> ReadQuotas(VmId vm, string name)
    {
        try
        {
            return [.. groups.Find(vm, name).Select(group => group.Read())];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HypervisorException)
        {
            return [];
        }
    }

    /// <summary>By how much such quotas slow a machine down below what it has by libvirt's record; null for not at all.</summary>
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

    /// <summary>What a processor can use of its quota: no more than the whole period.</summary>
    private static long EffectiveQuota(long recorded, long period) => recorded > 0 ? Math.Min(recorded, period) : period;

    private void ForEachVcpu(VmId vm, string name, Action<VcpuCgroup> act)
    {
        try
        {
            foreach (var group in groups.Find(vm, name))
                act(group);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HypervisorException(HypervisorErrorCode.Unsupported, vm, $"the quota of the machine's virtual processors cannot be changed: {e.Message}", e);
        }
    }
}
