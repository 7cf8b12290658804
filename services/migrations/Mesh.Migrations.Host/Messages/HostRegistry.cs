using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Host.Messages;

/// <summary>What every host last said, shared by all migrations; in memory, refilled from the store at start and by the hosts' reports.</summary>
internal sealed class HostRegistry(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HostName, Entry> _hosts = [];

    /// <summary>Takes over inventories from before a restart; their hosts have yet to be heard.</summary>
    public void Restore(IEnumerable<HostInventory> inventories)
    {
        lock (_lock)
            foreach (var inventory in inventories)
                _hosts.TryAdd(inventory.Host, new Entry(inventory, null, null));
    }

    /// <summary>Takes an inventory; false if a newer one is known.</summary>
    public bool Take(HostInventory inventory)
    {
        lock (_lock)
        {
            var known = _hosts.GetValueOrDefault(inventory.Host);
            if (known?.Inventory is { } old && (old.AgentEpoch, old.Sequence).CompareTo((inventory.AgentEpoch, inventory.Sequence)) >= 0)
                return false;
            _hosts[inventory.Host] = new Entry(inventory, known?.Report, time.GetUtcNow());
            return true;
        }
    }

    /// <summary>Takes a report; false if a newer one is known, so that it must be dropped.</summary>
    public bool Take(HostReport report)
    {
        lock (_lock)
        {
            var known = _hosts.GetValueOrDefault(report.Host);
            if (known?.Report is { } old && (old.AgentEpoch, old.Sequence).CompareTo((report.AgentEpoch, report.Sequence)) >= 0)
                return false;
            _hosts[report.Host] = new Entry(known?.Inventory, report, time.GetUtcNow());
            return true;
        }
    }

    /// <summary>What is known for a request: the machines that its name or UUID may mean, and the destination.</summary>
    public MigrationFacts FactsFor(RequestMigration request, Func<VmId, MigrationId?> unfinishedOf)
    {
        lock (_lock)
        {
            var candidates = _hosts.Values
                .SelectMany(entry => entry.Vms().Select(vm => new LocatedVm(entry.Inventory!.Host, vm)))
                .Where(located => string.Equals(located.Vm.Name, request.Vm, StringComparison.Ordinal)
                    || string.Equals(located.Vm.Id.ToString(), request.Vm, StringComparison.OrdinalIgnoreCase))
                .OrderBy(located => located.Host.Value, StringComparer.Ordinal)
                .ToList();
            var destination = _hosts.GetValueOrDefault(request.To);
            return new MigrationFacts(
                candidates,
                destination?.Report?.HypervisorReachable ?? true,
                destination?.Inventory is { } inventory ? inventory with { Vms = destination.Vms() } : null,
                destination?.HeardAt,
                candidates.Select(located => unfinishedOf(located.Vm.Id)).FirstOrDefault(other => other is not null && other != request.Id));
        }
    }

    /// <summary>Every host, by name.</summary>
    public IReadOnlyList<HostView> List()
    {
        lock (_lock)
            return
            [
                .. _hosts.Values.Where(entry => entry.Inventory is not null).OrderBy(entry => entry.Inventory!.Host.Value, StringComparer.Ordinal)
                    .Select(entry => new HostView(
                        entry.Inventory! with { Vms = entry.Vms() }, entry.Report?.HypervisorReachable ?? entry.HeardAt is not null, entry.HeardAt)),
            ];
    }

    private sealed record Entry(HostInventory? Inventory, HostReport? Report, DateTimeOffset? HeardAt)
    {
        /// <summary>The machines with the status of the newest report, where that is the newer word.</summary>
        public IReadOnlyList<VmDescription> Vms()
        {
            if (Inventory is null)
                return [];
            if (Report is not { HypervisorReachable: true } report || report.AgentEpoch < Inventory.AgentEpoch || report.At < Inventory.At)
                return Inventory.Vms;
            var statuses = report.Vms.ToDictionary(vm => vm.Id, vm => vm.Status);
            return [.. Inventory.Vms.Where(vm => statuses.ContainsKey(vm.Id)).Select(vm => vm with { Status = statuses[vm.Id] })];
        }
    }
}
