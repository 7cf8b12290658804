using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>What a libvirt host is and has.</summary>
internal sealed class LibvirtInventory(LibvirtLinks links, VcpuThrottle throttle)
{
    private readonly ConcurrentDictionary<VmId, Described> _described = [];
    private HostXml? _host;

    public Task<HostDescription> DescribeHostAsync(CancellationToken cancellation) => links.Main.CallAsync(
        "virConnectGetCapabilities",
        null,
        connection =>
        {
            _host ??= HostXml.Read(connection.GetCapabilitiesXml());
            var node = connection.GetNodeInfo();
            return new HostDescription(
                new HostCapacity(node.CpuModel, _host.CpuModel, node.Cpus, Memory(connection, "total"), Memory(connection, "free", "buffers", "cached")),
                new HypervisorInfo(_host.Uuid, "QEMU", $"{connection.GetHypervisorVersion()}", $"{connection.GetLibvirtVersion()}"));
        },
        cancellation);

    public Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation) => links.Watch.CallAsync<IReadOnlyList<VmState>>(
        "virConnectListAllDomains", null, connection => [.. ForEach(connection, State)], cancellation);

    /// <summary>Every machine, one call each: one that is busy migrating keeps its description of before, and holds up no other.</summary>
    public async Task<IReadOnlyList<VmDescription>> DescribeVmsAsync(CancellationToken cancellation)
    {
        var states = await ListVmsAsync(cancellation);
        var descriptions = new List<VmDescription>();
        foreach (var vm in states)
            if (await DescribeAsync(vm, cancellation) is { } description)
                descriptions.Add(description);

        foreach (var gone in _described.Keys.Except(states.Select(vm => vm.Id)))
            _described.TryRemove(gone, out _);
        return descriptions;
    }

    private async Task<VmDescription?> DescribeAsync(VmState vm, CancellationToken cancellation)
    {
        // Before libvirt's record of them, which changes last: somebody who sets a quota now must not be taken for a stale throttle.
        var quotas = vm.State is VmRunState.Down or VmRunState.DownMigrated ? [] : throttle.Quotas(vm.Id, vm.Name);
        return await DescribedAsync(vm, cancellation) is { } described
            ? described.Vm with { Throttle = VcpuThrottle.OfQuotas(quotas, described.RecordedQuota) }
            : null;
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

    private static Described Describe(LibvirtConnection connection, VmState vm)
    {
        using var domain = connection.LookupDomain(vm.Id.Value);
        var xml = domain.GetXml();
        return new Described(DomainXml.Read(xml, vm.State, domain.IsPersistent(), target => Sizes(domain, target)), DomainXml.VcpuQuota(xml));
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

    /// <summary>A machine, and the quota that libvirt has on record for its processors.</summary>
    private sealed record Described(VmDescription Vm, long RecordedQuota);

    private static IEnumerable<T> ForEach<T>(LibvirtConnection connection, Func<LibvirtDomain, T> ask)
        where T : class
    {
        foreach (var domain in connection.ListDomains())
            using (domain)
                if (LibvirtTry.NullIfGone(() => ask(domain)) is { } answer)
                    yield return answer;
    }

    /// <summary>Memory by its uses; what only buffers and caches hold, the host could give a machine too.</summary>
    private static Bytes Memory(LibvirtConnection connection, params string[] uses)
    {
        var stats = connection.GetMemoryStatsKibibytes();
        return Bytes.FromKibibytes(uses.Sum(use => (long)stats.GetValueOrDefault(use)));
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
