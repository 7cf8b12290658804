using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Jobs;

/// <summary>All migrations of a host: outgoing ones that the mesh started, outgoing ones that someone else started, and incoming ones.</summary>
internal sealed class HostMigrations(
    AgentStore store, AgentEventPublisher publisher, MigrationMonitors monitors, ExternalMigrations external, IncomingMigrations incoming)
{
    public HashSet<VmId> GetOutgoingVmIds() => [.. monitors.All.Select(monitor => monitor.Job.VmId), .. external.VmIds];

    public bool IsOutgoing(VmId vm) => monitors.Find(vm) is not null || external.Contains(vm);

    public VmStatus GetStatus(VmState vm, bool isOutgoing) =>
        VmStatusMapping.FromRunState(vm.State, isOutgoing, incoming.Expects(vm.Id), store.State.HasLeft(vm.Id));

    public IReadOnlyList<MigrationSample> GetSamples() =>
        [.. monitors.All.Select(monitor => monitor.GetSample()).OfType<MigrationSample>(), .. incoming.GetSamples()];

    /// <summary>Continues what an earlier agent process left unfinished; returns how many jobs are monitored.</summary>
    public async Task<int> ResumeAsync()
    {
        foreach (var record in store.State.Migrations)
        {
            if (record.Source is { Ended: { } ended, IsEndSent: false })
                await publisher.PublishEndedAsync(ended);
            if (record.IsRunning)
                monitors.Start(record, isNew: false);
        }

        return monitors.All.Count();
    }

    public Task DiscoverExternalAsync() => external.DiscoverAsync();

    public void RefreshExternal() => external.Refresh();

    public void Observe(IReadOnlyList<VmState> vms) => incoming.Observe(vms);

    public void Handle(HypervisorEvent hypervisorEvent)
    {
        external.Handle(hypervisorEvent);
        monitors.Find(hypervisorEvent.VmId)?.Handle(hypervisorEvent);
        incoming.Handle(hypervisorEvent);
    }

    public Task WaitForCompletionAsync() => Task.WhenAll(monitors.WaitForCompletionAsync(), incoming.WaitForCompletionAsync());
}
