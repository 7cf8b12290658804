using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Draining;

/// <summary>The fleet as a drain sees it: its hosts count as draining, whatever their cordons are so far.</summary>
internal static class DrainFleet
{
    /// <summary>The fleet with these hosts draining.</summary>
    public static FleetIndex WithDraining(Fleet fleet, IReadOnlyList<HostName> hosts, string drain, string by, DateTimeOffset now) => new(fleet with
    {
        Hosts = [.. fleet.Hosts.Select(host => hosts.Contains(host.Inventory.Host) && host.Cordon is not { State: CordonState.Draining }
            ? host with { Cordon = new(host.Inventory.Host, CordonState.Draining, by, now, Drain: drain) }
            : host)],
    });

    /// <summary>The fleet with these hosts uncordoned.</summary>
    public static FleetIndex WithUncordoned(Fleet fleet, IReadOnlyList<HostName> hosts) => new(fleet with
    {
        Hosts = [.. fleet.Hosts.Select(host => hosts.Contains(host.Inventory.Host) ? host with { Cordon = null } : host)],
    });

    /// <summary>Whether a VM uses resources of the host that describes it: it runs, is paused, or is migrating away.</summary>
    public static bool IsRunning(LocatedVm located, FleetIndex fleet) =>
        located.Vm.Status is not (VmStatus.Down or VmStatus.MigratingTo) && fleet.FindHost(located.Host)?.Host.Health != HostHealth.Fenced;

    /// <summary>Whether a host's last report of its VMs is still valid: the host is responding, or is known to be powered off.</summary>
    public static bool IsStateKnown(FleetIndex fleet, HostName host) => fleet.FindHost(host) is { } known && (known.IsUp || known.Host.Health == HostHealth.Fenced);

    /// <summary>The VMs that some hosts send invalid data about and may be running.</summary>
    public static IEnumerable<UnmovableVm> InvalidVms(FleetIndex fleet, IReadOnlyList<HostName> hosts) =>
        from host in hosts
        from vm in fleet.FindHost(host)?.Host.InvalidVms ?? []
        where vm.MayRun
        let name = vm.Name ?? vm.Id?.ToString() ?? "a VM"
        select new UnmovableVm(
            vm.Id ?? default, name, host, [VmObstacles.InvalidData(name, host, vm.Reason)],
            $"correct the definition of {name}, or upgrade the agent of {host}; or shut it down. The drain then continues automatically.");

    /// <summary>The running VMs of a host, by name.</summary>
    public static IReadOnlyList<LocatedVm> RunningOn(FleetIndex fleet, HostName host) => fleet.FindHost(host) is { } known
        ? [.. known.Inventory.Vms.Select(vm => new LocatedVm(host, vm)).Where(vm => IsRunning(vm, fleet)).OrderBy(vm => vm.Vm.Name, StringComparer.Ordinal)]
        : [];
}

/// <summary>The phases of a drain's migrations.</summary>
internal static class DrainMigrations
{
    /// <summary>Whether a migration has not begun to copy.</summary>
    public static bool IsWaiting(MigrationView migration) => migration.Phase is MigrationPhase.Queued or MigrationPhase.Preparing or MigrationPhase.Ready;

    /// <summary>Whether its destination may still be changed.</summary>
    public static bool CanReplan(MigrationView migration) => migration.Phase == MigrationPhase.Queued;
}

/// <summary>The options of a drain's migrations.</summary>
internal static class DrainMigrationOptions
{
    /// <summary>The options by which every VM is checked.</summary>
    public static MigrationOptions Default { get; } = new();

    /// <summary>
    /// The options for one VM: live, and with its definition if it is persistent. Otherwise it would be gone after its next shutdown, or stay
    /// defined on the drained host.
    /// </summary>
    public static MigrationOptions ForVm(VmDescription vm) => new() { Persistent = vm.Persistent, UndefineSource = vm.Persistent };
}
