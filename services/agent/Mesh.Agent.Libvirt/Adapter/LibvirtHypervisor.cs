using System.Collections.Concurrent;
using System.Threading.Channels;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>The hypervisor of a libvirt host.</summary>
internal sealed class LibvirtHypervisor : IHypervisor
{
    private const int EventCapacity = 10_000;

    /// <summary>Timeout of a job read, which may take as long as the final pass of a large VM; callers wait less.</summary>
    private static readonly TimeSpan FinalPassTimeout = TimeSpan.FromMinutes(10);

    private readonly Channel<HypervisorEvent> _events = Channel.CreateBounded<HypervisorEvent>(
        new BoundedChannelOptions(EventCapacity) { FullMode = BoundedChannelFullMode.DropOldest }, _ => LibvirtMetrics.LostEvents.Add(1));

    private readonly LibvirtClients _clients;
    private readonly LibvirtImages _images;
    private readonly LibvirtHostReader _host;
    private readonly LibvirtInventory _inventory;
    private readonly LoopbackDetector _loopback;
    private readonly VcpuThrottle _throttle;
    private readonly LibvirtMigrator _migrator;
    private readonly CoalescedJobReads _reads;
    private readonly TimeSpan _vmResponseTimeout;
    private readonly ConcurrentDictionary<VmId, bool> _migrating = [];

    /// <summary>Connects at the first call.</summary>
    public LibvirtHypervisor(LibvirtOptions options, TimeProvider time)
    {
        _clients = new LibvirtClients(options, time, connection => _ = ForwardEventsAsync(connection.Subscribe()));
        _images = new LibvirtImages(_clients.Main);
        _throttle = new VcpuThrottle(new VcpuCgroupFinder(options.HostRoot));
        _host = new LibvirtHostReader(_clients, options, time);
        _inventory = new LibvirtInventory(_clients, _host, _throttle, options.VmResponseTimeout);
        _loopback = new LoopbackDetector(options.IsLibvirtLocal, time);
        _migrator = new LibvirtMigrator(time);
        _reads = new CoalescedJobReads(time, options.CallTimeout);
        _vmResponseTimeout = options.VmResponseTimeout;
    }

    public ChannelReader<HypervisorEvent> Events => _events.Reader;

    public Task<HostDescription> DescribeHostAsync(CancellationToken cancellation) => _host.DescribeAsync(cancellation);

    public Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation) => _inventory.ListVmsAsync(cancellation);

    public Task<VmState?> FindVmAsync(VmId vm, CancellationToken cancellation) => _inventory.FindVmAsync(vm, cancellation);

    public Task<VmState?> FindVmByNameAsync(string name, CancellationToken cancellation) => _inventory.FindVmByNameAsync(name, cancellation);

    public Task<VmDescription?> DescribeVmAsync(VmId vm, CancellationToken cancellation) => _inventory.DescribeVmAsync(vm, cancellation);

    public async Task<HypervisorJob?> ReadJobAsync(VmId vm, CancellationToken cancellation)
    {
        try
        {
            return await _reads.ReadAsync(vm, () => ReadJobAsync(vm), cancellation);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.TimedOut)
        {
            // Without a job it is not the final pass that keeps QEMU from answering.
            await InvokeDomainAsync(_clients.Monitoring, "virDomainGetControlInfo", vm, domain => ThrowIfNotResponding(domain, vm, TimeSpan.Zero), cancellation);
            throw;
        }
    }

    public Task<HypervisorJob?> ReadCompletedJobAsync(VmId vm, CancellationToken cancellation) =>
        QueryDomainAsync("virDomainGetJobStats", vm, domain => JobStatsMapping.FromLibvirt(domain.GetCompletedJobStats(), isEnded: true), cancellation);

    public Task<string?> FindLoopbackAddressAsync(string destinationUri, CancellationToken cancellation) => _loopback.FindAsync(destinationUri, cancellation);

    public async Task<MigrateResult> MigrateAsync(VmMigration migration, CancellationToken cancellation)
    {
        var (vm, options) = (migration.VmId, migration.Options);

        await using var client = _clients.CreateForMigration(options);
        _migrating.TryAdd(vm, true);
        _clients.GetOrAddDedicated(vm);
        try
        {
            var open = await client.OpenAsync(cancellation);
            using var domain = await open.Calls.RunAsync("virDomainLookupByUUIDString", () => open.Connection.LookupDomain(vm.Value), null, cancellation);
            return await _migrator.RunAsync(open, domain, migration, cancellation);
        }
        catch (Exception e) when (e is HypervisorException || LibvirtErrorMapping.IsLibvirtError(e))
        {
            return new MigrateResult(MigrateOutcome.Failed, LibvirtErrorMapping.ToHypervisorException(e, vm).Message);
        }
        finally
        {
            _migrating.TryRemove(vm, out _);
            await _clients.CloseDedicatedAsync(vm);
        }
    }

    public Task AbortJobAsync(VmId vm, CancellationToken cancellation) => InvokeDomainAsync("virDomainAbortJob", vm, domain => domain.AbortJob(), cancellation);

    public Task<TimeSpan> GetMaxDowntimeAsync(VmId vm, CancellationToken cancellation) =>
        QueryDomainAsync("virDomainMigrateGetMaxDowntime", vm, domain => domain.GetMaxDowntime(), cancellation);

    public Task SetMaxDowntimeAsync(VmId vm, TimeSpan downtime, CancellationToken cancellation) =>
        InvokeDomainAsync("virDomainMigrateSetMaxDowntime", vm, domain => domain.SetMaxDowntime(downtime), cancellation);

    public Task SetBandwidthAsync(VmId vm, CopyStage stage, BytesPerSecond? limit, CancellationToken cancellation)
    {
        var none = stage is CopyStage.PostCopy ? 0 : MigrateArguments.UnlimitedMebibytesPerSecond;
        var speed = limit is { } rate ? MigrateArguments.ToMebibytesPerSecond(rate) : none;
        return InvokeDomainAsync("virDomainMigrateSetMaxSpeed", vm, domain => domain.SetMaxSpeed(speed, stage is CopyStage.PostCopy), cancellation);
    }

    public Task StartPostCopyAsync(VmId vm, CancellationToken cancellation) =>
        InvokeDomainAsync("virDomainMigrateStartPostCopy", vm, domain => domain.StartPostCopy(), cancellation);

    public async Task SetThrottleAsync(VmId vm, Percent throttle, CancellationToken cancellation) =>
        _throttle.Set(vm, await ReadConfiguredQuotaAsync(vm, cancellation), throttle);

    public async Task LiftThrottleAsync(VmId vm, CancellationToken cancellation) => _throttle.Lift(vm, await ReadConfiguredQuotaAsync(vm, cancellation));

    public Task SuspendAsync(VmId vm, CancellationToken cancellation) => InvokeDomainAsync("virDomainSuspend", vm, domain => domain.Suspend(), cancellation);

    public Task ResumeAsync(VmId vm, CancellationToken cancellation) => InvokeDomainAsync("virDomainResume", vm, domain => domain.Resume(), cancellation);

    public Task<bool> ImageExistsAsync(string path, CancellationToken cancellation) => _images.ExistsAsync(path, cancellation);

    public Task CreateImageAsync(VmDisk disk, CopyStorage copyStorage, CancellationToken cancellation) =>
        _images.CreateAsync(disk, copyStorage, cancellation);

    public Task DeleteImageAsync(string path, CancellationToken cancellation) => _images.DeleteAsync(path, cancellation);

    public Task DestroyIncomingAsync(VmId vm, CancellationToken cancellation) => InvokeDomainAsync(
        "virDomainDestroyFlags",
        vm,
        domain =>
        {
            // Only libvirt's job shows that the VM is incoming: during a migration the source's is paused, too.
            var state = DomainStateMapping.ToRunState(domain.GetStatus());
            var isIncoming = state is VmRunState.PausedStarting or VmRunState.PausedMigrating
                && domain.GetJobStats() is { Operation: DomainJobOperation.MigrationIn };
            if (isIncoming)
                domain.Destroy();
        },
        cancellation);

    public Task DestroyOrphanAsync(VmId vm, CancellationToken cancellation) => InvokeDomainAsync(
        "virDomainDestroyFlags",
        vm,
        domain =>
        {
            // Checked again at the last moment: a copy that runs by now is not an orphan.
            if (DomainStateMapping.ToRunState(domain.GetStatus()) is VmRunState.Paused or VmRunState.PausedMigrating or VmRunState.PausedPostCopy or VmRunState.PostCopyFailed)
                domain.Destroy();
        },
        cancellation);

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        _images.Dispose();
        _events.Writer.TryComplete();
    }

    private Task<long> ReadConfiguredQuotaAsync(VmId vm, CancellationToken cancellation) =>
        QueryDomainAsync("virDomainGetXMLDesc", vm, domain => DomainXml.VcpuQuota(domain.GetXml()), cancellation);

    private async Task<HypervisorJob?> ReadJobAsync(VmId vm)
    {
        var job = await QueryDomainAsync(
            "virDomainGetJobStats",
            vm,
            domain =>
            {
                ThrowIfNotResponding(domain, vm, _vmResponseTimeout);
                return JobStatsMapping.FromLibvirt(domain.GetJobStats());
            },
            CancellationToken.None,
            FinalPassTimeout);

        // During its migration, calls about this VM may block and must not delay others.
        if (job is { Operation: JobOperation.MigrationOut })
            _clients.GetOrAddDedicated(vm);
        else if (job is null && !_migrating.ContainsKey(vm))
            await _clients.CloseDedicatedAsync(vm);
        return job;
    }

    /// <summary>A query about the VM would wait for one that QEMU has not answered for this long.</summary>
    private static void ThrowIfNotResponding(LibvirtDomain domain, VmId vm, TimeSpan after)
    {
        if (LibvirtException.NullOnError(domain.GetControl) is { State: DomainControlState.Occupied } control && control.For >= after)
            throw new HypervisorException(HypervisorErrorCode.VmNotResponding, vm, $"its QEMU process has not answered for {control.For.TotalSeconds:0} s");
    }

    private Task<T> QueryDomainAsync<T>(string name, VmId vm, Func<LibvirtDomain, T> call, CancellationToken cancellation, TimeSpan? limit = null) =>
        QueryDomainAsync(_clients.Get(vm), name, vm, call, cancellation, limit);

    private static Task<T> QueryDomainAsync<T>(
        LibvirtClient client, string name, VmId vm, Func<LibvirtDomain, T> call, CancellationToken cancellation, TimeSpan? limit = null) => client.CallAsync(
            name,
            vm,
            connection =>
            {
                using var domain = connection.LookupDomain(vm.Value);
                return call(domain);
            },
            cancellation,
            limit);

    private Task<bool> InvokeDomainAsync(string name, VmId vm, Action<LibvirtDomain> call, CancellationToken cancellation) =>
        InvokeDomainAsync(_clients.Get(vm), name, vm, call, cancellation);

    private static Task<bool> InvokeDomainAsync(LibvirtClient client, string name, VmId vm, Action<LibvirtDomain> call, CancellationToken cancellation) => QueryDomainAsync(
        client,
        name,
        vm,
        domain =>
        {
            call(domain);
            return true;
        },
        cancellation);

    private async Task ForwardEventsAsync(LibvirtEventSubscription subscription)
    {
        var lost = 0L;
        await foreach (var libvirtEvent in subscription.Reader.ReadAllAsync())
        {
            if (HypervisorEventMapping.FromLibvirt(libvirtEvent) is { } known)
                _events.Writer.TryWrite(known);
            if (subscription.LostEvents is var total && total > lost)
                LibvirtMetrics.LostEvents.Add(total - lost);
            lost = total;
        }
    }
}
