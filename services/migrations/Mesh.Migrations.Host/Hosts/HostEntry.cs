using System.Collections.Immutable;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Hosts;
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>What is known about one host.</summary>
/// <param name="Host">Its name.</param>
internal sealed record HostEntry(HostName Host)
{
    // Reports in transit when the host was fenced are not that late.
    private static readonly TimeSpan InTransitMax = TimeSpan.FromSeconds(30);

    private static readonly IReadOnlyDictionary<VmId, VmDescription> NoDescriptions = ImmutableDictionary<VmId, VmDescription>.Empty;
    private static readonly IReadOnlyDictionary<VmId, VmStatusReport> NoStatuses = ImmutableDictionary<VmId, VmStatusReport>.Empty;

    public HostInventory? Inventory
    {
        get;
        init => (field, Descriptions) = (value, value?.Vms.ToDictionary(vm => vm.Id) ?? NoDescriptions);
    }

    public HostReport? Report
    {
        get;
        init => (field, Statuses) = (value, value?.Vms.ToDictionary(vm => vm.Id) ?? NoStatuses);
    }

    /// <summary>The inventory's VMs by ID.</summary>
    public IReadOnlyDictionary<VmId, VmDescription> Descriptions { get; private init; } = NoDescriptions;

    /// <summary>The report's VMs by ID.</summary>
    public IReadOnlyDictionary<VmId, VmStatusReport> Statuses { get; private init; } = NoStatuses;

    public DateTimeOffset? LastReportAt { get; init; }

    /// <summary>Which agent process speaks for it.</summary>
    public HostIdentity Identity { get; init; } = HostIdentity.Unknown;

    /// <summary>What was wrong with its messages.</summary>
    public HostFaults Faults { get; init; } = HostFaults.None;

    /// <summary>Why its agent is ignored; null if it is not.</summary>
    public string? AgentProblem { get; init; }

    /// <summary>The inventory of an agent that is ignored: shown, and used for nothing else.</summary>
    public HostInventory? RejectedInventory { get; init; }

    public HostFence? Fence { get; init; }

    public FenceAttempt? FenceAttempt { get; init; }

    /// <summary>The newest agent process that has reported, also before a restart of the mesh.</summary>
    public long AgentEpoch => Math.Max(Math.Max(Inventory?.AgentEpoch ?? 0, Report?.AgentEpoch ?? 0), Fence?.AgentEpoch ?? 0);

    public int VmCount => Report?.Vms.Count ?? Inventory?.Vms.Count ?? 0;

    /// <summary>Every VM that its inventory or its report names.</summary>
    public IEnumerable<VmId> KnownVms => Descriptions.Keys.Concat(Statuses.Keys.Where(vm => !Descriptions.ContainsKey(vm)));

    // A report that is newer than the inventory says which of its VMs are still there, and in which status.
    private HostReport? StatusReport =>
        Inventory is not null && Report is { HypervisorReachable: true } report && report.AgentEpoch >= Inventory.AgentEpoch && report.At >= Inventory.At ? report : null;

    public HostHealth Health(DateTimeOffset since, DateTimeOffset now, HostHealthLimits limits) =>
        Fence is not null ? HostHealth.Fenced : HostHealthRules.Evaluate(LastReportAt, since, VmCount, now, limits);

    public bool IsNewer(long agentEpoch, long sequence) =>
        Report is not { } old || (old.AgentEpoch, old.Sequence).CompareTo((agentEpoch, sequence)) < 0;

    /// <summary>The inventory's VMs, with their status from the latest report if that is newer; down if the host is fenced.</summary>
    public IReadOnlyList<VmDescription> Vms() => Inventory is null ? [] : [.. Inventory.Vms.Select(vm => FindVm(vm.Id)).OfType<VmDescription>()];

    /// <summary>A VM of the inventory, with its status from the latest report if that is newer; null if the host does not have it.</summary>
    public VmDescription? FindVm(VmId id)
    {
        if (!Descriptions.TryGetValue(id, out var vm))
            return null;
        if (Fence is not null)
            return vm with { Status = VmStatus.Down };
        if (StatusReport is null)
            return vm;

        // Without its entry the report does not say that the VM is gone.
        return Statuses.TryGetValue(id, out var status) ? vm with { Status = status.Status } : Faults.HidesStatusOf(id) ? vm : null;
    }

    /// <summary>VMs in the latest report that the older inventory does not describe yet.</summary>
    public IReadOnlyList<VmStatusReport> Undescribed() =>
        Fence is not null || StatusReport is not { } report ? [] : [.. report.Vms.Where(vm => vm.Status != VmStatus.Down && !Descriptions.ContainsKey(vm.Id))];

    /// <summary>The entries for VMs that were dropped from the latest inventory and report.</summary>
    public IReadOnlyList<InvalidVm> InvalidVms() => [.. Faults.InvalidEntries.Select(entry => new InvalidVm(entry.Vm, entry.Name, StatusOf(entry), entry.Reason))];

    /// <summary>
    /// Whether a report of the fenced agent process was made well after the fencing: then the host was never off. Compares the host's clock,
    /// corrected by its offset at its last report.
    /// </summary>
    public bool IsMadeAfterFence(HostReport report)
    {
        if (Fence is not { } fence)
            return false;
        var clockDifference = LastReportAt is { } reported && Report is { } last ? reported - last.At : TimeSpan.Zero;
        return report.At + clockDifference > fence.At + InTransitMax;
    }

    private VmStatus? StatusOf(InvalidEntry entry)
    {
        if (Fence is not null)
            return VmStatus.Down;
        if (entry.IsStatus || Report is not { HypervisorReachable: true })
            return null;
        if (entry.Vm is { } id && Statuses.TryGetValue(id, out var status))
            return status.Status;

        // A report without dropped entries names every VM that does not only exist on paper.
        return Faults.HidesStatuses ? null : VmStatus.Down;
    }
}
