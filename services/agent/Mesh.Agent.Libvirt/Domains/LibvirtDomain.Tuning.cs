namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtDomain
{
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
        // The type itself is not needed, but only this call returns the number of parameters.
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
}
