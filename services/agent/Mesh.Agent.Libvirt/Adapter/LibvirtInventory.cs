using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>The machines of a libvirt host.</summary>
internal sealed class LibvirtInventory(LibvirtClients links, LibvirtHostReader host, VcpuThrottle throttle)
{
    /// <summary>What holds a machine is good to know, and no inventory waits long for it.</summary>
    private static readonly TimeSpan LockQueryTimeout = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<VmId, DescribedVm> _described = [];
    private readonly RequiredCpuFeatures _cpuNeeds = new();

    public Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation) => links.Monitoring.CallAsync<IReadOnlyList<VmState>>(
        "virConnectListAllDomains", null, connection => [.. ForEach(connection, ReadState)], cancellation);

    /// <summary>Every machine, one call each: one that is busy migrating keeps its description of before, and holds up no other.</summary>
    public async Task<IReadOnlyList<VmDescription>> DescribeVmsAsync(CancellationToken cancellation)
    {
        var states = await ListVmsAsync(cancellation);
        var (storageMap, reading) = (host.GetStorageMap(), new LockQueryState());
        var descriptions = new List<VmDescription>();
        foreach (var vm in states)
            if (await DescribeAsync(vm, reading, cancellation) is { } description)
                descriptions.Add(description with { Disks = [.. description.Disks.Select(disk => disk with { IsLocal = storageMap.IsLocal(disk) })] });

        foreach (var gone in _described.Keys.Except(states.Select(vm => vm.Id)))
            _described.TryRemove(gone, out _);
        return descriptions;
    }

    private async Task<VmDescription?> DescribeAsync(VmState vm, LockQueryState reading, CancellationToken cancellation)
    {
        // Before libvirt's record of them, which changes last: somebody who sets a quota now must not be taken for a stale throttle.
        var quotas = vm.State is VmRunState.Down or VmRunState.DownMigrated ? [] : throttle.ReadQuotas(vm.Id, vm.Name);
        return await GetDescribedAsync(vm, cancellation) is { } described
            ? described.Vm with
            {
                Throttle = VcpuThrottle.FromQuotas(quotas, described.RecordedQuota),
                Lock = await LockAsync(vm, described.HasMirror, reading, cancellation),
            }
            : null;
    }

    private async Task<VmLock?> LockAsync(VmState vm, bool hasMirror, LockQueryState reading, CancellationToken cancellation)
    {
        // What has a connection of its own migrates, which is no lock.
        if (reading.HasTimedOut || vm.State is VmRunState.Down or VmRunState.DownMigrated || links.HasDedicated(vm.Id))
            return null;
        try
        {
            return await links.Main.CallAsync("virDomainGetJobStats", vm.Id, connection => ReadLock(connection, vm.Id, hasMirror), cancellation, LockQueryTimeout);
        }
        catch (HypervisorException e)
        {
            // A migration in its final pass, which cannot be asked, would look alike: better no lock than one that is none.
            reading.HasTimedOut = e.Code is HypervisorErrorCode.TimedOut;
            return null;
        }
    }

    private static VmLock? ReadLock(LibvirtConnection connection, VmId vm, bool hasMirror)
    {
        using var domain = connection.LookupDomain(vm.Value);
        return VmLockMapping.FromJob(domain.GetJobStats(), hasMirror);
    }

    private async Task<DescribedVm?> GetDescribedAsync(VmState vm, CancellationToken cancellation)
    {
        var known = _described.GetValueOrDefault(vm.Id);
        if (known is not null && links.HasDedicated(vm.Id))
            return known;
        try
        {
            return _described[vm.Id] = await links.Main.CallAsync("virDomainGetXMLDesc", vm.Id, connection => Describe(connection, vm), cancellation);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.NoVm)
        {
            return null;
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.TimedOut && known is not null)
        {
            return known;
        }
    }

    private DescribedVm Describe(LibvirtConnection connection, VmState vm)
    {
        using var domain = connection.LookupDomain(vm.Id.Value);
        var xml = domain.GetXml();
        var read = DomainXml.Read(xml, vm.State, domain.IsPersistent(), target => ReadDiskSizes(domain, target));
        return new DescribedVm(
            read with { CpuFeatures = _cpuNeeds.Get(connection, xml) ?? read.CpuFeatures }, DomainXml.VcpuQuota(xml), DomainXml.HasMirror(xml));
    }

    private static (Bytes Capacity, Bytes Allocation)? ReadDiskSizes(LibvirtDomain domain, string target)
    {
        try
        {
            var info = domain.GetBlockInfo(target);
            return (new Bytes(info.CapacityBytes), new Bytes(info.AllocationBytes));
        }
        catch (LibvirtException)
        {
            // No medium, no such file, or a kind of storage whose size libvirt cannot tell.
            return null;
        }
    }

    private static VmState ReadState(LibvirtDomain domain)
    {
        var status = domain.GetStatus();
        return new VmState(new VmId(domain.Uuid), domain.Name, DomainStateMapping.ToRunState(status), DomainStateMapping.Describe(status));
    }

    /// <summary>A machine, the quota that libvirt has on record for its processors, and whether a disk of it is being copied.</summary>
    private sealed record DescribedVm(VmDescription Vm, long RecordedQuota, bool HasMirror);

    /// <summary>The reading of all machines' locks: once one has hung, the others are left alone, so that many do not add up.</summary>
    private sealed class LockQueryState
    {
        public bool HasTimedOut { get; set; }
    }

    private static IEnumerable<T> ForEach<T>(LibvirtConnection connection, Func<LibvirtDomain, T> ask)
        where T : class
    {
        foreach (var domain in connection.ListDomains())
            using (domain)
                if (DomainLookup.NullIfGone(() => ask(domain)) is { } answer)
                    yield return answer;
    }
}

/// <summary>A machine may go between being listed and being asked.</summary>
internal static class DomainLookup
{
    public static T? NullIfGone<T>(Func<T> ask)
        where T : class
    {
        try
        {
            return ask();
        }
        catch (LibvirtException e) when (e.Code is LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }
}
