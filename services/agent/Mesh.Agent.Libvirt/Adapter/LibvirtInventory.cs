using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Lists and describes the VMs of a libvirt host.</summary>
internal sealed class LibvirtInventory(LibvirtClients clients, LibvirtHostReader host, VcpuThrottle throttle)
{
    /// <summary>Short: a VM's lock is optional in an inventory.</summary>
    private static readonly TimeSpan LockQueryTimeout = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<VmId, DescribedVm> _described = [];
    private readonly RequiredCpuFeatures _cpuNeeds = new();

    public Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation) => clients.Monitoring.CallAsync<IReadOnlyList<VmState>>(
        "virConnectListAllDomains", null, connection => [.. ForEach(connection, ReadState)], cancellation);

    /// <summary>Every VM, one call each: a migrating VM keeps its previous description, and delays no other.</summary>
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
        // Before libvirt's record, which changes last: a quota that someone is setting must not look like a stale throttle.
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
        // A VM with its own connection is migrating, which is not a lock.
        if (reading.HasTimedOut || vm.State is VmRunState.Down or VmRunState.DownMigrated || clients.HasDedicated(vm.Id))
            return null;
        try
        {
            return await clients.Main.CallAsync("virDomainGetJobStats", vm.Id, connection => ReadLock(connection, vm.Id, hasMirror), cancellation, LockQueryTimeout);
        }
        catch (HypervisorException e)
        {
            // A migration in its final pass does not respond either: report no lock rather than a wrong one.
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
        if (known is not null && clients.HasDedicated(vm.Id))
            return known;
        try
        {
            return _described[vm.Id] = await clients.Main.CallAsync("virDomainGetXMLDesc", vm.Id, connection => Describe(connection, vm), cancellation);
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
            // No medium, no such file, or storage whose size libvirt cannot determine.
            return null;
        }
    }

    private static VmState ReadState(LibvirtDomain domain)
    {
        var status = domain.GetStatus();
        return new VmState(new VmId(domain.Uuid), domain.Name, DomainStateMapping.ToRunState(status), DomainStateMapping.Describe(status));
    }

    /// <summary>A VM, the vCPU quota that libvirt has on record, and whether one of its disks is being mirrored.</summary>
    private sealed record DescribedVm(VmDescription Vm, long RecordedQuota, bool HasMirror);

    /// <summary>The lock queries of one inventory: after one has timed out, no further ones are made, so that timeouts do not add up.</summary>
    private sealed class LockQueryState
    {
        public bool HasTimedOut { get; set; }
    }

    /// <summary>A VM that was removed since it was listed is left out.</summary>
    private static IEnumerable<T> ForEach<T>(LibvirtConnection connection, Func<LibvirtDomain, T> query)
        where T : class
    {
        foreach (var domain in connection.ListDomains())
            using (domain)
                if (LibvirtException.NullIf(LibvirtErrorCode.NoDomain, () => query(domain)) is { } answer)
                    yield return answer;
    }
}
