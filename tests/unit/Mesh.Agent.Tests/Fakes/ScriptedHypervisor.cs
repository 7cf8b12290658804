using System.Collections.Concurrent;
using System.Threading.Channels;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Fakes;

/// <summary>A scripted hypervisor. It outlives the agents that use it, as libvirtd does.</summary>
public sealed class ScriptedHypervisor
{
    public static readonly Bytes FreeMemory = Bytes.FromGibibytes(8);

    public ConcurrentDictionary<VmId, VmState> Vms { get; } = [];

    public ConcurrentDictionary<VmId, HypervisorJob> Jobs { get; } = [];

    public ConcurrentDictionary<VmId, HypervisorJob> CompletedJobs { get; } = [];

    public ConcurrentDictionary<VmId, TaskCompletionSource<MigrateResult>> Calls { get; } = [];

    /// <summary>Calls that recover a failed post-copy; remove it to script another one.</summary>
    public ConcurrentDictionary<VmId, TaskCompletionSource<MigrateResult>> Recoveries { get; } = [];

    public ConcurrentDictionary<VmId, TimeSpan> Downtimes { get; } = [];

    public ConcurrentDictionary<VmId, Percent> Throttles { get; } = [];

    public ConcurrentDictionary<string, string> Images { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<VmId, IReadOnlyList<VmDisk>> Disks { get; } = [];

    /// <summary>VMs whose QEMU does not answer, as the hypervisor marks them.</summary>
    public ConcurrentDictionary<VmId, bool> NotResponding { get; } = [];

    /// <summary>Addresses of this host, by the URIs that resolve to them.</summary>
    public ConcurrentDictionary<string, string> LoopbackAddresses { get; } = new(StringComparer.Ordinal);

    /// <summary>Every call that changes something, in order, as <c>name argument</c>.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>Exceptions to throw, by the name of the call or by <c>name vm</c>.</summary>
    public ConcurrentDictionary<string, Func<HypervisorException>> Failures { get; } = new(StringComparer.Ordinal);

    /// <summary>Tasks that delay a call until they complete, by the name of the call or by <c>name vm</c>.</summary>
    public ConcurrentDictionary<string, Task> Holds { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    private Connection? Current { get; set; }

    public IHypervisor Connect() => Current = new Connection(this);

    public void Publish(HypervisorEvent hypervisorEvent) => Current?.Write(hypervisorEvent);

    public int Count(string call) => Counts.GetValueOrDefault(call);

    public VmState AddVm(VmId id, string name = "vm", VmRunState state = VmRunState.Running, string detail = "running (booted)") =>
        Vms[id] = new VmState(id, name, state, detail);

    public static HypervisorJob PreCopy(Bytes remaining, Bytes transferred, long iteration = 1) => new(JobOperation.MigrationOut, new CopyStatistics
    {
        Iteration = iteration,
        Elapsed = TimeSpan.FromSeconds(1),
        Memory = new TransferProgress(Bytes.FromGibibytes(1), remaining, transferred),
        Bandwidth = BytesPerSecond.FromMebibytes(100),
    });

    public static HypervisorJob Change(HypervisorJob job, Func<CopyStatistics, CopyStatistics> change) => job with { Copy = change(job.Copy) };

    private sealed class Connection(ScriptedHypervisor at) : IHypervisor
    {
        private readonly Channel<HypervisorEvent> _events = Channel.CreateUnbounded<HypervisorEvent>();

        public ChannelReader<HypervisorEvent> Events => _events.Reader;

        public void Write(HypervisorEvent hypervisorEvent) => _events.Writer.TryWrite(hypervisorEvent);

        public Task<HostDescription> DescribeHostAsync(CancellationToken cancellation) => Ask("DescribeHost", null, () => new HostDescription(
            new HostCapacity("x86_64", "", 2, Bytes.FromGibibytes(16), FreeMemory), new HypervisorInfo("uuid", "QEMU", "10.0.2", "9.0.0")));

        public Task<IReadOnlyList<VmState>> ListVmsAsync(CancellationToken cancellation) =>
            Ask<IReadOnlyList<VmState>>("ListVms", null, () => [.. at.Vms.Values]);

        public Task<VmState?> FindVmAsync(VmId vm, CancellationToken cancellation) => Ask("FindVm", vm, () => at.Vms.GetValueOrDefault(vm));

        public Task<VmState?> FindVmByNameAsync(string name, CancellationToken cancellation) =>
            Ask("FindVmByName", null, () => at.Vms.Values.FirstOrDefault(vm => vm.Name == name));

        public Task<VmDescription?> DescribeVmAsync(VmId vm, CancellationToken cancellation) =>
            Ask("DescribeVm", vm, () => at.Vms.TryGetValue(vm, out var state) ? Vm.Describe(vm, state.Name) with
            {
                Disks = at.Disks.GetValueOrDefault(vm) ?? [],
                Throttle = at.Throttles.TryGetValue(vm, out var throttle) ? throttle : null,
                NotResponding = at.NotResponding.ContainsKey(vm),
            } : null);

        public Task<HypervisorJob?> ReadJobAsync(VmId vm, CancellationToken cancellation) => Ask("ReadJob", vm, () => at.Jobs.GetValueOrDefault(vm));

        public Task<HypervisorJob?> ReadCompletedJobAsync(VmId vm, CancellationToken cancellation) => Ask("ReadCompletedJob", vm, () => at.CompletedJobs.GetValueOrDefault(vm));

        public Task<string?> FindLoopbackAddressAsync(string destinationUri, CancellationToken cancellation) => Ask("FindLoopbackAddress", null, () => at.LoopbackAddresses.GetValueOrDefault(destinationUri));

        public Task<MigrateResult> MigrateAsync(VmMigration migration, CancellationToken cancellation)
        {
            at.Log.Enqueue($"{(migration.IsRecovery ? "Recover" : "Migrate")} {migration.VmId}");
            return (migration.IsRecovery ? at.Recoveries : at.Calls).GetOrAdd(migration.VmId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellation);
        }

        public Task AbortJobAsync(VmId vm, CancellationToken cancellation) => Do("AbortJob", vm, "");

        public Task<TimeSpan> GetMaxDowntimeAsync(VmId vm, CancellationToken cancellation) => Ask("GetMaxDowntime", vm, () => at.Downtimes.GetValueOrDefault(vm, TimeSpan.FromMilliseconds(300)));

        public async Task SetMaxDowntimeAsync(VmId vm, TimeSpan downtime, CancellationToken cancellation)
        {
            await Do("SetMaxDowntime", vm, $" {downtime.TotalMilliseconds}");
            at.Downtimes[vm] = downtime;
        }

        public Task SetBandwidthAsync(VmId vm, CopyStage stage, BytesPerSecond? limit, CancellationToken cancellation) => Do("SetBandwidth", vm, $" {stage} {limit?.ToString() ?? "none"}");

        public Task StartPostCopyAsync(VmId vm, CancellationToken cancellation) => Do("StartPostCopy", vm, "");

        public async Task SetThrottleAsync(VmId vm, Percent throttle, CancellationToken cancellation)
        {
            await Do("SetThrottle", vm, $" {throttle.Value}");
            at.Throttles[vm] = throttle;
        }

        public async Task LiftThrottleAsync(VmId vm, CancellationToken cancellation)
        {
            await Do("LiftThrottle", vm, "");
            at.Throttles.TryRemove(vm, out _);
        }

        public Task SuspendAsync(VmId vm, CancellationToken cancellation) => Do("Suspend", vm, "");

        public Task ResumeAsync(VmId vm, CancellationToken cancellation) => Do("Resume", vm, "");

        public Task<bool> ImageExistsAsync(string path, CancellationToken cancellation) => Ask("ImageExists", null, () => at.Images.ContainsKey(path));

        public async Task CreateImageAsync(VmDisk disk, CopyStorage copyStorage, CancellationToken cancellation)
        {
            await Do("CreateImage", null, $" {disk.Source}");
            at.Images[disk.Source] = disk.Format;
        }

        public async Task DeleteImageAsync(string path, CancellationToken cancellation)
        {
            await Do("DeleteImage", null, $" {path}");
            at.Images.TryRemove(path, out _);
        }

        public async Task DestroyIncomingAsync(VmId vm, CancellationToken cancellation)
        {
            await Do("DestroyIncoming", vm, "");
            at.Vms.TryRemove(vm, out _);
        }

        public async Task DestroyOrphanAsync(VmId vm, CancellationToken cancellation)
        {
            await Do("DestroyOrphan", vm, "");
            at.Vms.TryRemove(vm, out _);
        }

        public ValueTask DisposeAsync()
        {
            _events.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        private async Task<T> Ask<T>(string call, VmId? vm, Func<T> answer)
        {
            at.Counts.AddOrUpdate(call, 1, (_, count) => count + 1);
            at.Counts.AddOrUpdate($"{call} {vm}", 1, (_, count) => count + 1);
            if (at.Holds.GetValueOrDefault($"{call} {vm}") is { } one)
                await one;
            if (at.Holds.GetValueOrDefault(call) is { } all)
                await all;
            return (at.Failures.GetValueOrDefault($"{call} {vm}") ?? at.Failures.GetValueOrDefault(call)) is { } failure ? throw failure() : answer();
        }

        private Task<bool> Do(string call, VmId? vm, string argument) => Ask(call, vm, () =>
        {
            at.Log.Enqueue($"{call}{(vm is null ? "" : $" {vm}")}{argument}");
            return true;
        });
    }
}
