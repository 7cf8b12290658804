using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// Simulated hosts that migrate machines to each other: one model of all links and memories, with a hypervisor's face per host.
/// It moves with its <see cref="TimeProvider"/> only, and the same steps of time give the same migrations.
/// </summary>
public sealed partial class SimulatedCluster : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<HostName, HostModel> _hosts = [];
    private readonly List<FlightModel> _flights = [];
    private long _advancedTo;

    /// <summary>A cluster without hosts.</summary>
    /// <param name="time">The clock that it moves with.</param>
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

    /// <summary>Adds a machine that runs on a host.</summary>
    public void AddVm(HostName host, SimulatedVm vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        lock (_lock)
        {
            var on = Host(host);
            var added = new VmModel(vm, VmRunState.Running, "running (booted)", on.Changed);
            on.Vms.Add(vm.Id, added);
            foreach (var disk in vm.Disks)
                on.Images.Add(disk.Source);
            on.Tell(added, VmLifecycle.Started, isByMigration: false, "Started Booted");
        }
    }

    /// <summary>A host's hypervisor, as one more connection to it.</summary>
    public IHypervisor Hypervisor(HostName host) => Hypervisor(host, gate: null);

    /// <summary>The same with somebody in between who decides what becomes of each call.</summary>
    internal IHypervisor Hypervisor(HostName host, IHypervisorGate? gate)
    {
        lock (_lock)
        {
            var hypervisor = new SimulatedHypervisor(this, host, gate);
            Host(host).Listeners.Add(hypervisor);
            return hypervisor;
        }
    }

    /// <summary>Switches a host off as if its power failed: whatever runs there is lost.</summary>
    public void Fail(HostName host)
    {
        lock (_lock)
        {
            Advance();
            var failed = Host(host);
            failed.IsDown = true;
            foreach (var flight in _flights.Where(flight => flight.Source == failed || flight.Destination == failed).ToList())
                Break(flight);
            foreach (var vm in failed.Vms.Values.Where(vm => vm.IsActive).ToList())
                Stop(failed, vm, "shut off (crashed)", "Stopped Crashed");
        }
    }

    /// <summary>Switches a failed host on again, with nothing running.</summary>
    public void Restore(HostName host)
    {
        lock (_lock)
            Host(host).IsDown = false;
    }

    /// <summary>Changes what a host's link carries; zero cuts it.</summary>
    public void SetLink(HostName host, BytesPerSecond link)
    {
        lock (_lock)
        {
            Advance();
            Host(host).Link = link;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    internal void Remove(SimulatedHypervisor hypervisor)
    {
        lock (_lock)
            Host(hypervisor.Name).Listeners.Remove(hypervisor);
    }

    /// <summary>Asks something of a host that is up.</summary>
    internal T On<T>(HostName host, Func<HostModel, T> ask)
    {
        lock (_lock)
        {
            Advance();
            var on = Host(host);
            return on.IsDown ? throw new HypervisorException(HypervisorErrorCode.Unreachable, null, $"host {host} is down") : ask(on);
        }
    }

    private HostModel Host(HostName name) =>
        _hosts.TryGetValue(name, out var host) ? host : throw new ArgumentException($"the simulated cluster has no host '{name}'", nameof(name));

    private static void Stop(HostModel host, VmModel vm, string detail, string told, bool isByMigration = false)
    {
        vm.Flight = null;
        vm.Become(isByMigration ? VmRunState.DownMigrated : VmRunState.Down, detail);
        if (!vm.IsPersistent)
            host.Vms.Remove(vm.Spec.Id);
        host.Tell(vm, VmLifecycle.Stopped, isByMigration, told);
    }
}
