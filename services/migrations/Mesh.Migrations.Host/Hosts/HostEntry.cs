using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>What is known about one host.</summary>
/// <param name="Host">Its name.</param>
internal sealed record HostEntry(HostName Host)
{
    public HostInventory? Inventory { get; init; }

    public HostReport? Report { get; init; }

    public DateTimeOffset? LastReportAt { get; init; }

    /// <summary>Why its agent is ignored; null if it is not.</summary>
    public string? AgentProblem { get; init; }

    /// <summary>The inventory of an agent that is ignored: shown, and used for nothing else.</summary>
    public HostInventory? RejectedInventory { get; init; }

    public HostFence? Fence { get; init; }

    public FenceAttempt? FenceAttempt { get; init; }

    /// <summary>The newest agent process that has reported, also before a restart of the mesh.</summary>
    public long AgentEpoch => Math.Max(Math.Max(Inventory?.AgentEpoch ?? 0, Report?.AgentEpoch ?? 0), Fence?.AgentEpoch ?? 0);

    public int VmCount => Report?.Vms.Count ?? Inventory?.Vms.Count ?? 0;

    public HostHealth Health(DateTimeOffset since, DateTimeOffset now, HostHealthLimits limits) =>
        Fence is not null ? HostHealth.Fenced : HostHealthRules.Evaluate(LastReportAt, since, VmCount, now, limits);

    public bool IsNewer(long agentEpoch, long sequence) =>
        Report is not { } old || (old.AgentEpoch, old.Sequence).CompareTo((agentEpoch, sequence)) < 0;

    /// <summary>The inventory's VMs, with their status from the latest report if that is newer; down if the host is fenced.</summary>
    public IReadOnlyList<VmDescription> Vms()
    {
        if (Inventory is null)
            return [];
        if (Fence is not null)
            return [.. Inventory.Vms.Select(vm => vm with { Status = VmStatus.Down })];
        if (Report is not { HypervisorReachable: true } report || report.AgentEpoch < Inventory.AgentEpoch || report.At < Inventory.At)
            return Inventory.Vms;
        var statuses = report.Vms.ToDictionary(vm => vm.Id, vm => vm.Status);
        return [.. Inventory.Vms.Where(vm => statuses.ContainsKey(vm.Id)).Select(vm => vm with { Status = statuses[vm.Id] })];
    }

    /// <summary>VMs in the latest report that the older inventory does not describe yet.</summary>
    public IReadOnlyList<VmStatusReport> Undescribed()
    {
        if (Fence is not null || Inventory is null || Report is not { HypervisorReachable: true } report || report.AgentEpoch < Inventory.AgentEpoch || report.At < Inventory.At)
            return [];
        var described = Inventory.Vms.Select(vm => vm.Id).ToHashSet();
        return [.. report.Vms.Where(vm => vm.Status != VmStatus.Down && !described.Contains(vm.Id))];
    }

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

    // Reports in transit when the host was fenced are not that late.
    private static readonly TimeSpan InTransitMax = TimeSpan.FromSeconds(30);
}
