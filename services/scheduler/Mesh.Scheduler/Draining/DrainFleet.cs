using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Draining;

/// <summary>The fleet as a drain sees it: its hosts count as being emptied, whatever the cordons say so far.</summary>
internal static class DrainFleet
{
    /// <summary>The fleet with these hosts being emptied.</summary>
    public static FleetIndex WithDraining(Fleet fleet, IReadOnlyList<HostName> hosts, string drain, string by, DateTimeOffset now) => new(fleet with
    {
        Hosts = [.. fleet.Hosts.Select(host => hosts.Contains(host.Inventory.Host) && host.Cordon is not { State: CordonState.Draining }
            ? host with { Cordon = new(host.Inventory.Host, CordonState.Draining, by, now, Drain: drain) }
            : host)],
    });

    /// <summary>The fleet with these hosts open.</summary>
    public static FleetIndex WithUncordoned(Fleet fleet, IReadOnlyList<HostName> hosts) => new(fleet with
    {
        Hosts = [.. fleet.Hosts.Select(host => hosts.Contains(host.Inventory.Host) ? host with { Cordon = null } : host)],
    });

    /// <summary>Whether a machine takes its share of the host that describes it: it runs, is paused, or is on its way from there.</summary>
    public static bool IsRunning(LocatedVm located, FleetIndex fleet) =>
        located.Vm.Status is not (VmStatus.Down or VmStatus.MigratingTo) && fleet.FindHost(located.Host)?.Host.Health != HostHealth.Fenced;

    /// <summary>Whether what a host last said of its machines still counts: it is heard of, or was powered off for certain.</summary>
    public static bool IsStateKnown(FleetIndex fleet, HostName host) => fleet.FindHost(host) is { } known && (known.IsUp || known.Host.Health == HostHealth.Fenced);

    /// <summary>The machines that a host runs, by name.</summary>
    public static IReadOnlyList<LocatedVm> RunningOn(FleetIndex fleet, HostName host) => fleet.FindHost(host) is { } known
        ? [.. known.Inventory.Vms.Select(vm => new LocatedVm(host, vm)).Where(vm => IsRunning(vm, fleet)).OrderBy(vm => vm.Vm.Name, StringComparer.Ordinal)]
        : [];
}
