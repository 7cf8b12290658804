using System.Collections.Concurrent;
using Mesh.Agent.Configuration;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Reports;

/// <summary>
/// Describes the VMs of the host, each by itself: one that does not respond, or whose description fails, delays no other and is described
/// as it was last known.
/// </summary>
internal sealed class VmDescriber(AgentContext agent, AgentOptions options, IHypervisor hypervisor)
{
    private const int ConcurrentMax = 8;

    private readonly ConcurrentDictionary<VmId, VmDescription> _known = [];
    private readonly ConcurrentDictionary<VmId, Task<VmDescription?>> _queries = [];
    private readonly ConcurrentDictionary<VmId, bool> _notResponding = [];

    /// <summary>The descriptions of those VMs that the host still has.</summary>
    /// <exception cref="HypervisorException">The hypervisor as a whole cannot be reached.</exception>
    public async Task<IReadOnlyList<VmDescription>> DescribeAsync(IReadOnlyList<VmState> vms)
    {
        var (descriptions, next) = (new VmDescription?[vms.Count], -1);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(ConcurrentMax, vms.Count)).Select(_ => DescribeRestAsync()));
        var present = vms.Select(vm => vm.Id).ToHashSet();
        foreach (var gone in _known.Keys.Concat(_notResponding.Keys).Where(vm => !present.Contains(vm)).ToList())
            Forget(gone);
        return [.. descriptions.OfType<VmDescription>()];

        async Task DescribeRestAsync()
        {
            for (var index = Interlocked.Increment(ref next); index < vms.Count; index = Interlocked.Increment(ref next))
                descriptions[index] = await QueryAsync(vms[index]);
        }
    }

    private async Task<VmDescription?> QueryAsync(VmState vm)
    {
        // A query of an earlier inventory that has not been answered yet shows as much as another one would, and at once.
        if (_queries.TryGetValue(vm.Id, out var pending) && !pending.IsCompleted)
            return DescribeFromMemory(vm, "an earlier query about it has not been answered yet");
        try
        {
            var query = _queries[vm.Id] = hypervisor.DescribeVmAsync(vm.Id, agent.Stopping);
            if (await query.WaitAsync(options.VmResponseTimeout * 2, agent.Time, agent.Stopping) is { } description)
                return Remember(description);
            Forget(vm.Id);
            return null;
        }
        catch (TimeoutException)
        {
            return DescribeFromMemory(vm, $"no answer within {options.VmResponseTimeout.TotalSeconds * 2:0.#} s");
        }
        catch (Exception e) when (e is not (OperationCanceledException or HypervisorException { Code: HypervisorErrorCode.Unreachable }))
        {
            return DescribeFromMemory(vm, e.Message);
        }
    }

    private VmDescription Remember(VmDescription description)
    {
        _known[description.Id] = description;
        if (description.NotResponding)
            LogNotResponding(description.Id, description.Name, "its QEMU process does not answer");
        else if (_notResponding.TryRemove(description.Id, out _))
            agent.Log.VmResponding(description.Name, description.Id);
        return description;
    }

    private VmDescription DescribeFromMemory(VmState vm, string why)
    {
        LogNotResponding(vm.Id, vm.Name, why);
        return _known.TryGetValue(vm.Id, out var known)
            ? known with { Name = vm.Name, NotResponding = true }
            : new VmDescription(
                vm.Id, vm.Name, VmStatusMapping.FromRunState(vm.State, hasOutgoingJob: false, expectsIncoming: false), Bytes.Zero, 1, "", "", Persistent: false,
                [], [], [], new Dictionary<string, string>(StringComparer.Ordinal), NotResponding: true);
    }

    private void LogNotResponding(VmId vm, string name, string why)
    {
        if (_notResponding.TryAdd(vm, true))
            agent.Log.VmNotResponding(name, vm, why);
    }

    private void Forget(VmId vm)
    {
        _known.TryRemove(vm, out _);
        _queries.TryRemove(vm, out _);
        _notResponding.TryRemove(vm, out _);
    }
}
