using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>The machines of a libvirt host.</summary>
internal sealed class LibvirtInventory(LibvirtLinks links, LibvirtHost host, VcpuThrottle throttle)
{
    /// <summary>What holds a machine is good to know, and no inventory waits long for it.</summary>
    private static readonly TimeSpan LockReadMax = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<VmId, Described> _described = [];
    private readonly CpuNeeds _cpuNeeds = new();

    public Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation) => links.Watch.CallAsync<IReadOnlyList<VmState>>(
        "virConnectListAllDomains", null, connection => [.. ForEach(connection, State)], cancellation);

    /// <summary>Every machine, one call each: one that is busy migrating keeps its description of before, and holds up no other.</summary>
    public async Task<IReadOnlyList<VmDescription>> DescribeVmsAsync(CancellationToken cancellation)
    {
        var states = await ListVmsAsync(cancellation);
        var (places, reading) = (host.Places(), new LockReading());
        var descriptions = new List<VmDescription>();
        foreach (var vm in states)
            if (await DescribeAsync(vm, reading, cancellation) is { } description)
                descriptions.Add(description with { Disks = [.. description.Disks.Select(disk => disk with { IsLocal = places.IsLocal(disk) })] });

        foreach (var gone in _described.Keys.Except(states.Select(vm => vm.Id)))
            _described.TryRemove(gone, out _);
        return descriptions;
    }

    private async Task<VmDescription?> DescribeAsync(VmState vm, LockReading reading, CancellationToken cancellation)
    {
        // Before libvirt's record of them, which changes last: somebody who sets a quota now must not be taken for a stale throttle.
        var quotas = vm.State is VmRunState.Down or VmRunState.DownMigrated ? [] : throttle.Quotas(vm.Id, vm.Name);
        return await DescribedAsync(vm, cancellation) is { } described
            ? described.Vm with
            {
                Throttle = VcpuThrottle.OfQuotas(quotas, described.RecordedQuota),
                Lock = await LockAsync(vm, described.HasMirror, reading, cancellation),
            }
            : null;
    }

    private async Task<VmLock?> LockAsync(VmState vm, bool hasMirror, LockReading reading, CancellationToken cancellation)
    {
        // What has a connection of its own migrates, which is no lock.
        if (reading.HasHung || vm.State is VmRunState.Down or VmRunState.DownMigrated || links.Has(vm.Id))
            return null;
        try
        {
            return await links.Main.CallAsync("virDomainGetJobStats", vm.Id, connection => Lock(connection, vm.Id, hasMirror), cancellation, LockReadMax);
        }
        catch (HypervisorException e)
        {
            // A migration in its final pass, which cannot be asked, would look alike: better no lock than one that is none.
            reading.HasHung = e.Code is HypervisorErrorCode.TimedOut;
            return null;
        }
    }

    private static VmLock? Lock(LibvirtConnection connection, VmId vm, bool hasMirror)
    {
        using var domain = connection.LookupDomain(vm.Value);
        return VmLocks.Of(domain.GetJobStats(), hasMirror);
    }

    private async Task<Described?> DescribedAsync(VmState vm, CancellationToken cancellation)
    {
        var known = _described.GetValueOrDefault(vm.Id);
        if (known is not null && links.Has(vm.Id))
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

    private Described Describe(LibvirtConnection connection, VmState vm)
    {
        using var domain = connection.LookupDomain(vm.Id.Value);
        var xml = domain.GetXml();
        var read = DomainXml.Read(xml, vm.State, domain.IsPersistent(), target => Sizes(domain, target));
        return new Described(
            read with { CpuFeatures = _cpuNeeds.Of(connection, xml) ?? read.CpuFeatures }, DomainXml.VcpuQuota(xml), DomainXml.HasMirror(xml));
    }

    private static (Bytes Capacity, Bytes Allocation)? Sizes(LibvirtDomain domain, string target)
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

    private static VmState State(LibvirtDomain domain)
    {
        var status = domain.GetStatus();
        return new VmState(new VmId(domain.Uuid), domain.Name, DomainStates.Of(status), DomainStates.Words(status));
    }

    /// <summary>A machine, the quota that libvirt has on record for its processors, and whether a disk of it is being copied.</summary>
    private sealed record Described(VmDescription Vm, long RecordedQuota, bool HasMirror);

    /// <summary>The reading of all machines' locks: once one has hung, the others are left alone, so that many do not add up.</summary>
    private sealed class LockReading
    {
        public bool HasHung { get; set; }
    }

    private static IEnumerable<T> ForEach<T>(LibvirtConnection connection, Func<LibvirtDomain, T> ask)
        where T : class
    {
        foreach (var domain in connection.ListDomains())
            using (domain)
                if (LibvirtTry.NullIfGone(() => ask(domain)) is { } answer)
                    yield return answer;
    }
}

/// <summary>A machine may go between being listed and being asked.</summary>
internal static class LibvirtTry
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
