using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// Simulated hosts that migrate VMs to each other: one model of all links and memories, with a hypervisor per host. It advances with its
/// <see cref="TimeProvider"/> only, and the same time steps yield the same migrations.
/// </summary>
public sealed partial class SimulatedCluster : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<HostName, HostModel> _hosts = [];
    private readonly List<JobModel> _jobs = [];
    private long _advancedTo;

    /// <summary>A cluster without hosts.</summary>
    /// <param name="time">The clock that drives it.</param>
    public SimulatedCluster(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _timer = time.CreateTimer(_ => Advance(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds a host.</summary>
    public void AddHost(SimulatedHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        lock (_lock)
            _hosts.Add(host.Name, new HostModel(host, () => _version++));
    }

    /// <summary>Adds a VM that runs on a host.</summary>
    public void AddVm(HostName host, SimulatedVm vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        lock (_lock)
        {
            var on = GetHost(host);
            var added = new VmModel(vm, VmRunState.Running, "running (booted)", on.Changed);
            on.Vms.Add(vm.Id, added);
            foreach (var disk in vm.Disks)
                on.Images.Add(disk.Source);
            on.Publish(added, VmLifecycle.Started, isByMigration: false, "Started Booted");
        }
    }

    /// <summary>Opens another connection to a host's hypervisor.</summary>
    public IHypervisor CreateHypervisor(HostName host) => CreateHypervisor(host, gate: null);

    /// <summary>The same, with a gate that intercepts each call.</summary>
    internal IHypervisor CreateHypervisor(HostName host, IHypervisorGate? gate)
    {
        lock (_lock)
        {
            var hypervisor = new SimulatedHypervisor(this, host, gate);
            GetHost(host).Listeners.Add(hypervisor);
            return hypervisor;
        }
    }

    /// <summary>Powers a host off: everything that runs there is lost.</summary>
    public void PowerOff(HostName host)
    {
        lock (_lock)
        {
            Advance();
            var failed = GetHost(host);
            failed.IsDown = true;
            foreach (var job in _jobs.Where(job => job.Source == failed || job.Destination == failed).ToList())
                FailJobOfDeadHost(job);
            foreach (var vm in failed.Vms.Values.Where(vm => vm.IsActive).ToList())
                Stop(failed, vm, "shut off (crashed)", "Stopped Crashed");
        }
    }

    /// <summary>Powers a host on, with nothing running.</summary>
    public void PowerOn(HostName host)
    {
        lock (_lock)
            GetHost(host).IsDown = false;
    }

    /// <summary>Changes the bandwidth of a host's link; zero cuts it.</summary>
    public void SetLink(HostName host, BytesPerSecond link)
    {
        lock (_lock)
        {
            Advance();
            GetHost(host).Link = link;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    internal void Remove(SimulatedHypervisor hypervisor)
    {
        lock (_lock)
            GetHost(hypervisor.Name).Listeners.Remove(hypervisor);
    }

    /// <summary>Queries a host that is up.</summary>
    internal T Query<T>(HostName host, Func<HostModel, T> query)
    {
        lock (_lock)
        {
            Advance();
            var on = GetHost(host);
            return on.IsDown ? throw new HypervisorException(HypervisorErrorCode.Unreachable, null, $"host {host} is down") : query(on);
        }
    }

    private HostModel GetHost(HostName name) =>
        _hosts.TryGetValue(name, out var host) ? host : throw new ArgumentException($"the simulated cluster has no host '{name}'", nameof(name));

    private static void Stop(HostModel host, VmModel vm, string detail, string reported, bool isByMigration = false)
    {
        vm.Job = null;
        vm.SetState(isByMigration ? VmRunState.DownMigrated : VmRunState.Down, detail);
        if (!vm.IsPersistent)
            host.Vms.Remove(vm.Spec.Id);
        host.Publish(vm, VmLifecycle.Stopped, isByMigration, reported);
    }
}
