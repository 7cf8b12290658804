using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>A host of the model. Guarded by the cluster's lock.</summary>
internal sealed class HostModel(SimulatedHost spec, Action changed)
{
    public SimulatedHost Spec { get; } = spec;

    public HostName Name => Spec.Name;

    public BytesPerSecond Link { get; set; } = spec.Link;

    public bool IsDown { get; set; }

    /// <summary>To be called when a VM here changes its state.</summary>
    public Action Changed { get; } = changed;

    public Dictionary<VmId, VmModel> Vms { get; } = [];

    public HashSet<string> Images { get; } = new(StringComparer.Ordinal);

    public List<SimulatedHypervisor> Listeners { get; } = [];

    public Bytes FreeMemory =>
        Spec.Memory - new Bytes(Vms.Values.Where(vm => vm.IsActive).Sum(vm => vm.Spec.Memory.Count));

    public void Publish(HypervisorEvent hypervisorEvent)
    {
        foreach (var listener in Listeners)
            listener.Deliver(hypervisorEvent);
    }

    public void Publish(VmModel vm, VmLifecycle change, bool isByMigration, string detail, bool isPostCopy = false) =>
        Publish(new VmLifecycleChanged(vm.Spec.Id, vm.Spec.Name, change, isByMigration, detail, isPostCopy));
}

/// <summary>A VM on one host of the model. Guarded by the cluster's lock.</summary>
internal sealed class VmModel(SimulatedVm spec, VmRunState state, string detail, Action changed)
{
    public SimulatedVm Spec { get; } = spec;

    /// <summary>To be called when its visible state changes.</summary>
    public Action Changed { get; } = changed;

    public VmRunState State { get; private set; } = state;

    public string Detail { get; private set; } = detail;

    public bool IsPersistent { get; set; } = spec.Persistent;

    public bool IsActive => State is not (VmRunState.Down or VmRunState.DownMigrated);

    /// <summary>Its outgoing or incoming job; null for none.</summary>
    public JobModel? Job { get; set; }

    public HypervisorJob? LastCompletedJob { get; set; }

    public TimeSpan MaxDowntime { get; set; } = TimeSpan.FromMilliseconds(300);

    public BytesPerSecond? Bandwidth { get; set; }

    public BytesPerSecond? PostCopyBandwidth { get; set; }

    /// <summary>By how much a quota throttles its vCPUs, in percent. It travels with the VM, as a quota that libvirt has on record does.</summary>
    public int QuotaPercent { get; set; }

    /// <summary>Whether it has run on this host, and so does not wait for its memory.</summary>
    public bool HasRunHere { get; private set; } = state is VmRunState.Running;

    public void SetState(VmRunState state, string detail)
    {
        (State, Detail) = (state, detail);
        QuotaPercent = IsActive ? QuotaPercent : 0;
        HasRunHere |= state is VmRunState.Running or VmRunState.RunningPostCopy;
        Changed();
    }
}
