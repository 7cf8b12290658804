using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;

namespace Mesh.Scheduler.Fleets;

/// <summary>A host, with what is asked of it again and again ready at hand.</summary>
public sealed class IndexedHost
{
    internal IndexedHost(FleetHost host, int number)
    {
        Host = host;
        Index = number;
        var inventory = host.Inventory;
        Labels = new Dictionary<string, string>(inventory.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [LabelLimits.HostKey] = inventory.Host.Value,
        };
        Capabilities = new(inventory);
        Networks = inventory.Networks is { } networks ? new(networks, StringComparer.Ordinal) : null;
        foreach (var vm in inventory.Vms)
            if (vm.Status != VmStatus.Down)
                RunningVCpus += vm.VCpus;
    }

    /// <summary>The host as the fleet has it.</summary>
    public FleetHost Host { get; }

    /// <summary>Its name.</summary>
    public HostName Name => Host.Inventory.Host;

    /// <summary>What its agent last said of it.</summary>
    public HostInventory Inventory => Host.Inventory;

    /// <summary>Its labels, with <c>host</c> for its own name.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>Virtual processors of all machines there that run, are paused, or arrive.</summary>
    public int RunningVCpus { get; }

    /// <summary>Whether it is heard of as it should be, and its hypervisor too.</summary>
    public bool IsUp => Host is { Health: HostHealth.Healthy, HypervisorReachable: true };

    /// <summary>Its place in the fleet.</summary>
    internal int Index { get; }

    /// <summary>What decides whether it can take a VM.</summary>
    internal HostCapabilities Capabilities { get; }

    /// <summary>Bridges and networks; null if unknown.</summary>
    internal HashSet<string>? Networks { get; }
}
