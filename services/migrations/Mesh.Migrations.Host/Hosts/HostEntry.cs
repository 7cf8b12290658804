using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>What is known of one host.</summary>
/// <param name="Host">The host.</param>
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

    /// <summary>The newest process of its agent that was heard, or that was known before a restart of the mesh.</summary>
    public long AgentEpoch => Math.Max(Math.Max(Inventory?.AgentEpoch ?? 0, Report?.AgentEpoch ?? 0), Fence?.AgentEpoch ?? 0);

    public int VmCount => Report?.Vms.Count ?? Inventory?.Vms.Count ?? 0;

    public HostHealth Health(DateTimeOffset since, DateTimeOffset now, HostHealthLimits limits) =>
        Fence is not null ? HostHealth.Fenced : HostHealthRules.Evaluate(LastReportAt, since, VmCount, now, limits);

    public bool IsNewer(long agentEpoch, long sequence) =>
        Report is not { } old || (old.AgentEpoch, old.Sequence).CompareTo((agentEpoch, sequence)) < 0;

    /// <summary>The machines with the status of the newest report, where that is the newer word; down, if the host is off.</summary>
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

    /// <summary>Machines that the newest report names as there, and that the inventory, which is older, does not describe yet.</summary>
    public IReadOnlyList<VmStatusReport> Undescribed()
    {
        if (Fence is not null || Inventory is null || Report is not { HypervisorReachable: true } report || report.AgentEpoch < Inventory.AgentEpoch || report.At < Inventory.At)
            return [];
        var described = Inventory.Vms.Select(vm => vm.Id).ToHashSet();
        return [.. report.Vms.Where(vm => vm.Status != VmStatus.Down && !described.Contains(vm.Id))];
    }

    /// <summary>
    /// Whether a report of the process that was fenced was made well after the fencing: the host was never off. By the host's clock,
    /// as far as it went wrong when it was last heard.
    /// </summary>
    public bool IsMadeAfterFence(HostReport report)
    {
        if (Fence is not { } fence)
            return false;
        var clockDifference = LastReportAt is { } reported && Report is { } last ? reported - last.At : TimeSpan.Zero;
        return report.At + clockDifference > fence.At + InTransitMax;
    }

    // Reports that were under way when the host was fenced are not that late.
    private static readonly TimeSpan InTransitMax = TimeSpan.FromSeconds(30);
}
