namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtDomain
{
    private const string QuotaField = "vcpu_quota";
    private const string PeriodField = "vcpu_period";

    /// <summary>The sizes of a disk (<c>virDomainGetBlockInfo</c>).</summary>
    /// <param name="disk">Its target, such as <c>vda</c>, or the path of its image.</param>
    public DomainBlockInfo GetBlockInfo(string disk)
    {
        var result = Native.virDomainGetBlockInfo(_handle, disk, out var info, 0);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainGetBlockInfo));
        return new DomainBlockInfo(
            SizeConversion.FromBytes(info.Capacity), SizeConversion.FromBytes(info.Allocation), SizeConversion.FromBytes(info.Physical));
    }

    /// <summary>The CPU scheduler's parameters (<c>virDomainGetSchedulerParameters</c> and its like with flags).</summary>
    public unsafe TypedParameters GetSchedulerParameters(DomainAffect affect = DomainAffect.Current)
    {
        // The type itself is not wanted, but this call alone tells how many parameters there are.
        _ = NativeText.TakeOwned(
            Native.virDomainGetSchedulerType(_handle, out var count), nameof(Native.virDomainGetSchedulerType));
        if (count == 0)
        {
            return TypedParameters.Empty;
        }

        fixed (NativeTypedParameter* first = new NativeTypedParameter[count])
        {
            // The older function means the same where there is nothing to choose, and more drivers have it.
            if (affect == DomainAffect.Current)
            {
                var result = Native.virDomainGetSchedulerParameters(_handle, (nint)first, ref count);
                LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainGetSchedulerParameters));
            }
            else
            {
                var result = Native.virDomainGetSchedulerParametersFlags(_handle, (nint)first, ref count, (uint)affect);
                LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainGetSchedulerParametersFlags));
            }

            try
            {
                return TypedParameterArray.Read((nint)first, count);
            }
            finally
            {
                Native.virTypedParamsClear((nint)first, count);
            }
        }
    }

    /// <summary>Changes some of the CPU scheduler's parameters (<c>virDomainSetSchedulerParametersFlags</c>).</summary>
    public void SetSchedulerParameters(IEnumerable<TypedParameter> parameters, DomainAffect affect = DomainAffect.Current)
    {
        using var native = new TypedParameterArray(parameters);
        var result = Native.virDomainSetSchedulerParametersFlags(_handle, native.Pointer, native.Count, (uint)affect);
        LibvirtException.ThrowIfFailed(result, nameof(Native.virDomainSetSchedulerParametersFlags));
    }

    /// <summary>How much CPU time each virtual CPU may use.</summary>
    public VcpuQuota GetVcpuQuota(DomainAffect affect = DomainAffect.Current)
    {
        var parameters = GetSchedulerParameters(affect);
        return new VcpuQuota(parameters.WholeNumber(QuotaField), parameters.WholeNumber(PeriodField));
    }

    /// <summary>
    /// Limits how much CPU time each virtual CPU may use. The limit travels with a migrating guest: whoever sets it must lift it
    /// on the side where the guest ends up. While the guest migrates it cannot be set: the call waits for 30 s and fails.
    /// </summary>
    /// <param name="quotaMicroseconds">Time in each period, at least 1000, or <see cref="VcpuQuota.Unlimited"/>.</param>
    /// <param name="periodMicroseconds">Length of the period, 1000 to 1,000,000; null to leave it.</param>
    /// <param name="affect">The running domain, its definition, or both.</param>
    public void SetVcpuQuota(long quotaMicroseconds, long? periodMicroseconds = null, DomainAffect affect = DomainAffect.Live)
    {
        List<TypedParameter> parameters = [TypedParameter.FromInt64(QuotaField, quotaMicroseconds)];
        if (periodMicroseconds is { } period)
        {
            parameters.Add(TypedParameter.FromUInt64(PeriodField, checked((ulong)period)));
        }

        SetSchedulerParameters(parameters, affect);
    }
}
