using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Simulated;

/// <summary>One host of a <see cref="SimulatedCluster"/>, with libvirt's behaviour and error texts.</summary>
internal sealed class SimulatedHypervisor(SimulatedCluster cluster, HostName name, IHypervisorGate? gate) : IHypervisor
{
    private const int EventCapacity = 10_000;

    private readonly Channel<HypervisorEvent> _events = Channel.CreateBounded<HypervisorEvent>(
        new BoundedChannelOptions(EventCapacity) { FullMode = BoundedChannelFullMode.DropOldest });

    public HostName Name { get; } = name;

    public ChannelReader<HypervisorEvent> Events => _events.Reader;

    public void Deliver(HypervisorEvent hypervisorEvent)
    {
        if (gate?.DeliversEvents(Name) ?? true)
            _events.Writer.TryWrite(hypervisorEvent);
    }

    public Task<HostDescription> DescribeHostAsync(CancellationToken cancellation) => QueryAsync(Describe, cancellation);

    public Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation) =>
        QueryAsync<IReadOnlyList<VmState>>(host => [.. host.Vms.Values.Select(ReadState)], cancellation);

    public Task<VmState?> FindVmAsync(VmId vm, CancellationToken cancellation) =>
        QueryAsync(host => host.Vms.TryGetValue(vm, out var known) ? ReadState(known) : null, cancellation);

    public Task<VmState?> FindVmByNameAsync(string name, CancellationToken cancellation) =>
        QueryAsync(host => host.Vms.Values.FirstOrDefault(vm => vm.Spec.Name == name) is { } known ? ReadState(known) : null, cancellation);

    public Task<VmDescription?> DescribeVmAsync(VmId vm, CancellationToken cancellation) =>
        QueryAsync(host => host.Vms.TryGetValue(vm, out var known) ? Describe(known) : null, cancellation);

    public Task<HypervisorJob?> ReadJobAsync(VmId vm, CancellationToken cancellation) => QueryAsync(host =>
        SimulatedCluster.GetVm(host, vm).Job is { } job
            ? job.ToHypervisorJob(job.Source == host ? JobOperation.MigrationOut : JobOperation.MigrationIn)
            : null, cancellation);

    public Task<HypervisorJob?> ReadCompletedJobAsync(VmId vm, CancellationToken cancellation) =>
        QueryAsync(host => SimulatedCluster.GetVm(host, vm).LastCompletedJob, cancellation);

    /// <summary>Null: hosts of the model have no addresses.</summary>
    public Task<string?> FindLoopbackAddressAsync(string destinationUri, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public async Task<MigrateResult> MigrateAsync(VmMigration migration, CancellationToken cancellation) =>
        await (gate is null
            ? cluster.MigrateAsync(Name, migration, cancellation)
            : await gate.CallAsync(Name, nameof(MigrateAsync), migration.VmId, () => cluster.MigrateAsync(Name, migration, cancellation), cancellation));

    public Task AbortJobAsync(VmId vm, CancellationToken cancellation) => InvokeAsync(host => cluster.Abort(host, vm), cancellation);

    public Task<TimeSpan> GetMaxDowntimeAsync(VmId vm, CancellationToken cancellation) =>
        QueryAsync(host => SimulatedCluster.GetVm(host, vm).MaxDowntime, cancellation);

    public Task SetMaxDowntimeAsync(VmId vm, TimeSpan downtime, CancellationToken cancellation) => InvokeAsync(host =>
    {
        var model = SimulatedCluster.GetVm(host, vm);
        model.MaxDowntime = downtime;
        UpdateJob(model, now => now with { MaxDowntime = downtime });
    }, cancellation);

    public Task SetBandwidthAsync(VmId vm, CopyStage stage, BytesPerSecond? limit, CancellationToken cancellation) => InvokeAsync(host =>
    {
        var model = SimulatedCluster.GetVm(host, vm);
        if (stage is CopyStage.PreCopy)
            model.Bandwidth = limit;
        else
            model.PostCopyBandwidth = limit;
        UpdateJob(model, now => stage is CopyStage.PreCopy ? now with { Bandwidth = limit } : now with { PostCopyBandwidth = limit });
    }, cancellation);

    public Task StartPostCopyAsync(VmId vm, CancellationToken cancellation) => InvokeAsync(host =>
    {
        var job = SimulatedCluster.FindRunningJob(host, vm);
        if (!job.Options.PostCopy)
            throw new HypervisorException(
                HypervisorErrorCode.Unsupported, vm, "Requested operation is not valid: switching to post-copy requires migration to be started with VIR_MIGRATE_POSTCOPY flag");
        if (job.Progress.Phase is SimulatedPhase.DiskCopy)
            throw new HypervisorException(HypervisorErrorCode.Other, vm, "operation failed: post-copy can only be started once memory is copied");
        job.Progress = job.Progress with { IsPostCopyRequested = true };
    }, cancellation);

    public Task SetThrottleAsync(VmId vm, Percent throttle, CancellationToken cancellation) => InvokeAsync(host => SetQuota(host, vm, throttle.Value), cancellation);

    public Task LiftThrottleAsync(VmId vm, CancellationToken cancellation) => InvokeAsync(host => SetQuota(host, vm, 0), cancellation);

    public Task SuspendAsync(VmId vm, CancellationToken cancellation) => InvokeAsync(host =>
    {
        var model = SimulatedCluster.GetVm(host, vm);
        if (model.State is not VmRunState.Running)
            throw new HypervisorException(HypervisorErrorCode.VmNotRunning, vm, "Requested operation is not valid: domain is not running");
        model.SetState(
            model.Job is null ? VmRunState.Paused : VmRunState.PausedMigrating,
            model.Job is null ? "paused (user)" : "paused (migrating)");
        UpdateJob(model, now => now with { IsSuspended = true });
        host.Publish(model, VmLifecycle.Suspended, model.Job is not null, "Suspended Paused");
    }, cancellation);

    public Task ResumeAsync(VmId vm, CancellationToken cancellation) => InvokeAsync(host =>
    {
        var model = SimulatedCluster.GetVm(host, vm);
        if (model.State is not (VmRunState.Paused or VmRunState.PausedMigrating) || model.Job is { Progress.Phase: SimulatedPhase.SwitchOver } or { IsHandedOver: true })
            throw new HypervisorException(HypervisorErrorCode.Other, vm, "Requested operation is not valid: domain is not paused");
        model.SetState(VmRunState.Running, "running (unpaused)");
        UpdateJob(model, now => now with { IsSuspended = false });
        host.Publish(model, VmLifecycle.Resumed, isByMigration: false, "Resumed Unpaused");
    }, cancellation);

    public Task<bool> ImageExistsAsync(string path, CancellationToken cancellation) => QueryAsync(host => host.Images.Contains(path), cancellation);

    public Task CreateImageAsync(VmDisk disk, CopyStorage copyStorage, CancellationToken cancellation) => InvokeAsync(host =>
    {
        if (copyStorage is CopyStorage.Incremental && disk.BackingFile is { } backing && !host.Images.Contains(backing))
            throw new HypervisorException(HypervisorErrorCode.Storage, null, $"the backing file {backing} does not exist");
        if (!host.Images.Add(disk.Source))
            throw new HypervisorException(HypervisorErrorCode.ImageExists, null, $"storage volume '{disk.Source}' already exists");
    }, cancellation);

    public Task DeleteImageAsync(string path, CancellationToken cancellation) => InvokeAsync(host => host.Images.Remove(path), cancellation);

    public Task DestroyIncomingAsync(VmId vm, CancellationToken cancellation) => InvokeAsync(host => cluster.DestroyIncoming(host, vm), cancellation, vm);

    public Task DestroyOrphanAsync(VmId vm, CancellationToken cancellation) => InvokeAsync(host => cluster.DestroyOrphan(host, vm), cancellation);

    public ValueTask DisposeAsync()
    {
        cluster.Remove(this);
        _events.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private static void SetQuota(HostModel host, VmId vm, int percent)
    {
        var model = SimulatedCluster.GetVm(host, vm);
        if (!model.IsActive)
            throw new HypervisorException(HypervisorErrorCode.VmNotRunning, vm, "Requested operation is not valid: domain is not running");
        model.QuotaPercent = percent;
        model.Changed();
        UpdateJob(model, now => now with { QuotaPercent = percent });
    }

    private static void UpdateJob(VmModel vm, Func<SimulatedMigration, SimulatedMigration> change)
    {
        if (vm.Job is { } job && job.SourceVm == vm)
            job.Progress = change(job.Progress);
    }

    private static HostDescription Describe(HostModel host)
    {
        var spec = host.Spec;
        return new HostDescription(
            new HostCapacity(
                "x86_64", spec.CpuModel, spec.LogicalCpus, spec.Memory, host.FreeMemory, host.Link, spec.CpuModels, spec.CpuFeatures, spec.NumaCells, spec.HugePages),
            new HypervisorInfo(spec.Uuid ?? $"simulated-{host.Name}", "simulated", spec.HypervisorVersion, "", spec.MachineTypes))
        {
            Labels = spec.Labels,
            Networks = spec.Networks,
            Storage = spec.Storage,
        };
    }

    private static VmState ReadState(VmModel vm) => new(vm.Spec.Id, vm.Spec.Name, vm.State, vm.Detail);

    private static VmDescription Describe(VmModel vm) => new(
        vm.Spec.Id, vm.Spec.Name, VmStatusMapping.FromRunState(vm.State, hasOutgoingJob: false, expectsIncoming: false), vm.Spec.Memory, vm.Spec.VCpus,
        vm.Spec.Machine, vm.Spec.CpuModel, vm.IsPersistent, vm.Spec.Disks, vm.Spec.Networks, vm.Spec.HostDevices, vm.Spec.Labels,
        vm.QuotaPercent > 0 ? new Percent(vm.QuotaPercent) : null, vm.Spec.Lock, vm.Spec.Placement, vm.Spec.CpuFeatures, vm.Spec.HugePageSize, vm.Spec.NumaNodes);

    private Task<T> QueryAsync<T>(Func<HostModel, T> query, CancellationToken cancellation, VmId? vm = null, [CallerMemberName] string name = "")
    {
        try
        {
            return gate is null ? Task.FromResult(cluster.Query(Name, query)) : gate.CallAsync(Name, name, vm, () => cluster.Query(Name, query), cancellation);
        }
        catch (HypervisorException e)
        {
            return Task.FromException<T>(e);
        }
    }

    private Task<bool> InvokeAsync(Action<HostModel> act, CancellationToken cancellation, VmId? vm = null, [CallerMemberName] string name = "") => QueryAsync(
        host =>
        {
            act(host);
            return true;
        }, cancellation, vm, name);
}
