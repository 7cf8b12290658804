using System.Collections.Concurrent;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// Lists and describes the VMs of a libvirt host. What libvirt itself knows of a VM it always answers; the sizes of disks and the running job
/// it gets from QEMU, and waits for that without limit. So these are queried apart from the rest, and a VM whose QEMU does not answer is
/// described without them.
/// </summary>
internal sealed class LibvirtInventory(LibvirtClients clients, LibvirtHostReader host, VcpuThrottle throttle, TimeSpan vmResponseTimeout)
{
    /// <summary>Each unanswered query keeps a worker of the daemon, which has 20 by default: with so many, no further VM is queried.</summary>
    private const int UnansweredMax = 8;

    private readonly ConcurrentDictionary<VmId, DescribedVm> _described = [];
    private readonly ConcurrentDictionary<VmId, QemuQuery> _queries = [];
    private readonly RequiredCpuFeatures _cpuNeeds = new();

    public async Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation)
    {
        var states = await clients.Monitoring.CallAsync<IReadOnlyList<VmState>>(
            "virConnectListAllDomains", null, connection => [.. ForEach(connection, ReadState)], cancellation);
        foreach (var gone in _described.Keys.Except(states.Select(vm => vm.Id)))
            Forget(gone);
        return states;
    }

    public Task<VmState?> FindVmAsync(VmId vm, CancellationToken cancellation) =>
        FindVmAsync(vm, connection => connection.LookupDomain(vm.Value), cancellation);

    public Task<VmState?> FindVmByNameAsync(string name, CancellationToken cancellation) =>
        FindVmAsync(null, connection => connection.LookupDomain(name), cancellation);

    /// <summary>A migrating VM keeps its previous description.</summary>
    public async Task<VmDescription?> DescribeVmAsync(VmId vm, CancellationToken cancellation)
    {
        if (await FindVmAsync(vm, cancellation) is not { } state)
            return Forget(vm);

        // Before libvirt's record, which changes last: a quota that someone is setting must not look like a stale throttle.
        var quotas = IsDown(state) ? [] : throttle.ReadQuotas(vm);
        var known = _described.GetValueOrDefault(vm);
        if ((known is not null && clients.HasDedicated(vm) ? known.AsMigrating() : await DescribeAsync(state, known, cancellation)) is not { } described)
            return Forget(vm);
        _described[vm] = described;
        var storageMap = host.GetStorageMap();
        return described.Vm with
        {
            Throttle = VcpuThrottle.FromQuotas(quotas, described.RecordedQuota),
            Disks = [.. described.Vm.Disks.Select(disk => disk with { IsLocal = storageMap.IsLocal(disk) })],
        };
    }

    private async Task<DescribedVm?> DescribeAsync(VmState state, DescribedVm? known, CancellationToken cancellation)
    {
        if (await ReadDefinitionAsync(state.Id, cancellation) is not { } definition)
            return null;
        var answer = await QueryQemuAsync(state, definition, cancellation);
        var vm = DomainXml.Read(definition.Xml, state.State, definition.IsPersistent, target => GetDiskSize(target, answer, known?.Vm));
        return new DescribedVm(
            vm with { CpuFeatures = definition.CpuFeatures ?? vm.CpuFeatures, Lock = answer?.Lock, NotResponding = answer is { IsMissing: true } },
            DomainXml.VcpuQuota(definition.Xml));
    }

    private async Task<VmDefinition?> ReadDefinitionAsync(VmId vm, CancellationToken cancellation)
    {
        try
        {
            return await clients.Main.CallAsync(
                "virDomainGetXMLDesc",
                vm,
                connection =>
                {
                    using var domain = connection.LookupDomain(vm.Value);
                    var xml = domain.GetXml();
                    var control = LibvirtException.NullOnError(domain.GetControl);
                    var isOccupied = control is { State: DomainControlState.Occupied or DomainControlState.Error } && control.For >= vmResponseTimeout;
                    return new VmDefinition(xml, domain.IsPersistent(), _cpuNeeds.Get(connection, xml), isOccupied);
                },
                cancellation);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.NoVm)
        {
            return null;
        }
    }

    /// <summary>QEMU's answer; null if it was not queried, or libvirt refused.</summary>
    private async Task<QemuAnswer?> QueryQemuAsync(VmState state, VmDefinition definition, CancellationToken cancellation)
    {
        // In a migration libvirt may let no query through, and a query that hangs could hold up the migration itself.
        if (state.State is not (VmRunState.Running or VmRunState.Paused) && !IsDown(state))
            return null;
        if (definition.IsOccupied)
            return QemuAnswer.Missing;
        if (_queries.TryGetValue(state.Id, out var last) && last.IsUnanswered)
            return MissingFor(state);
        if (_queries.Values.Count(query => query.IsUnanswered) >= UnansweredMax)
            return null;

        var (query, client) = (_queries[state.Id] = new QemuQuery(), clients.Probing);
        try
        {
            return await client.CallAsync(
                "virDomainGetBlockInfo", state.Id, connection => query.Run(() => QueryQemu(connection, state, definition)), cancellation, vmResponseTimeout);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.TimedOut)
        {
            query.GiveUp();
            clients.ReplaceProbing(client);

            return MissingFor(state);
        }
        catch (HypervisorException)
        {
            return null;
        }
    }

    /// <summary>The images of a VM that is down are read by libvirt itself: what does not answer is their storage.</summary>
    private static QemuAnswer? MissingFor(VmState state) => IsDown(state) ? null : QemuAnswer.Missing;

    private static QemuAnswer QueryQemu(LibvirtConnection connection, VmState state, VmDefinition definition)
    {
        using var domain = connection.LookupDomain(state.Id.Value);
        var sizes = new Dictionary<string, DiskSize>(StringComparer.Ordinal);
        foreach (var target in DomainXml.DiskTargets(definition.Xml))
            if (LibvirtException.NullOnError(() => ReadDiskSize(domain, target)) is { } size)
                sizes[target] = size;
        if (IsDown(state))
            return new QemuAnswer(sizes, null);

        // Answered by QEMU alone, so that a VM without disks shows whether it responds, too.
        _ = LibvirtException.NullOnError<object>(() => domain.GetMaxDowntime());
        var job = LibvirtException.NullOnError(domain.GetJobStats);
        return new QemuAnswer(sizes, job is null ? null : VmLockMapping.FromJob(job, DomainXml.HasMirror(definition.Xml)));
    }

    /// <summary>An error means no medium, no such file, or storage whose size libvirt cannot determine.</summary>
    private static DiskSize ReadDiskSize(LibvirtDomain domain, string target)
    {
        var info = domain.GetBlockInfo(target);
        return new DiskSize(new Bytes(info.CapacityBytes), new Bytes(info.AllocationBytes));
    }

    private static (Bytes Capacity, Bytes Allocation)? GetDiskSize(string target, QemuAnswer? answer, VmDescription? known)
    {
        if (answer is { IsMissing: false })
            return answer.Sizes.TryGetValue(target, out var size) ? (size.Capacity, size.Allocation) : null;
        return known?.Disks.FirstOrDefault(disk => disk.Target == target) is { Capacity: { } capacity, Allocation: { } allocation } ? (capacity, allocation) : null;
    }

    private Task<VmState?> FindVmAsync(VmId? vm, Func<LibvirtConnection, LibvirtDomain> lookUp, CancellationToken cancellation) => clients.Monitoring.CallAsync(
        "virDomainGetState",
        vm,
        connection => LibvirtException.NullIf(
            LibvirtErrorCode.NoDomain,
            () =>
            {
                using var domain = lookUp(connection);
                return ReadState(domain);
            }),
        cancellation);

    private static VmState ReadState(LibvirtDomain domain)
    {
        var status = domain.GetStatus();
        return new VmState(new VmId(domain.Uuid), domain.Name, DomainStateMapping.ToRunState(status), DomainStateMapping.Describe(status));
    }

    private static bool IsDown(VmState vm) => vm.State is VmRunState.Down or VmRunState.DownMigrated;

    private VmDescription? Forget(VmId vm)
    {
        _described.TryRemove(vm, out _);
        _queries.TryRemove(vm, out _);
        return null;
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

    /// <summary>A VM, and the vCPU quota that libvirt has on record.</summary>
    private sealed record DescribedVm(VmDescription Vm, long RecordedQuota)
    {
        /// <summary>A migration is not a lock, and QEMU need not respond in its final pass.</summary>
        public DescribedVm AsMigrating() => this with { Vm = Vm with { Lock = null, NotResponding = false } };
    }

    /// <summary>What libvirt knows of a VM, and whether its QEMU has not answered a query for long, whoever made it.</summary>
    private sealed record VmDefinition(string Xml, bool IsPersistent, IReadOnlyList<string>? CpuFeatures, bool IsOccupied);

    private sealed record DiskSize(Bytes Capacity, Bytes Allocation);

    /// <summary>Sizes by target, and what locks the VM.</summary>
    private sealed record QemuAnswer(IReadOnlyDictionary<string, DiskSize> Sizes, VmLock? Lock)
    {
        public static readonly QemuAnswer Missing = new(new Dictionary<string, DiskSize>(), null) { IsMissing = true };

        /// <summary>QEMU has not answered.</summary>
        public bool IsMissing { get; private init; }
    }

    /// <summary>One query, which a call that nobody waits for any more may still be making.</summary>
    private sealed class QemuQuery
    {
        private volatile bool _hasReturned;
        private volatile bool _isGivenUp;

        public bool IsUnanswered => _isGivenUp && !_hasReturned;

        public void GiveUp() => _isGivenUp = true;

        public T Run<T>(Func<T> query)
        {
            try
            {
                return query();
            }
            finally
            {
                _hasReturned = true;
            }
        }
    }
}
