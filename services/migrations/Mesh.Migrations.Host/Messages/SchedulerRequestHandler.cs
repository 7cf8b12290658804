using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>
/// Handles requests of the scheduler. Its decisions are based on the fleet it has read, so only admissions of the pass that read last are
/// accepted: an earlier pass, or another scheduler, could assign a slot that has been taken since.
/// </summary>
internal sealed class SchedulerRequestHandler(HostRegistry hosts, LocalGrainHost grains, MigrationStore store)
    : IRequestHandler<ReadFleet, ReadFleetAnswer>,
        IRequestHandler<AdmitMigration, AdmissionAnswer>,
        IRequestHandler<RejectMigration, AdmissionAnswer>,
        IRequestHandler<RescheduleMigration, RescheduleAnswer>,
        IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private long _passEpoch;

    /// <summary>Reads from the store, not from memory, so that an admission that was saved without confirmation is included.</summary>
    public async Task<ReadFleetAnswer> AnswerAsync(ReadFleet request, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var isCurrentPass = request.PassEpoch > _passEpoch;
            _passEpoch = isCurrentPass ? request.PassEpoch : _passEpoch;
            var unfinished = (await store.ListUnfinishedAsync(cancellation)).OrderBy(state => state.RequestedAt).ThenBy(state => state.Id.Value, StringComparer.Ordinal);
            return new ReadFleetAnswer(hosts.List(), [.. unfinished.Select(ToView)], _passEpoch, isCurrentPass);
        }
        finally
        {
            _gate.Release();
        }
    }

    public Task<AdmissionAnswer> AnswerAsync(AdmitMigration request, CancellationToken cancellation) => InPassAsync(
        request.PassEpoch,
        async () =>
        {
            var grain = grains.Get(request.Id);
            var migration = await grain.GetAsync();
            var vm = migration is { VmId: { } id } ? hosts.Locate(id) : null;
            if (migration is { Phase: MigrationPhase.Queued } && FindObstacle(migration, vm?.Host, request.Destination) is { } obstacle)
                return new AdmissionAnswer(false, obstacle);
            return await grain.AdmitAsync(request, vm, hosts.DescribeDestination(request.Destination));
        },
        cancellation);

    public Task<AdmissionAnswer> AnswerAsync(RejectMigration request, CancellationToken cancellation) =>
        InPassAsync(request.PassEpoch, () => grains.Get(request.Id).RejectAsync(request), cancellation);

    public Task<RescheduleAnswer> AnswerAsync(RescheduleMigration request, CancellationToken cancellation) => grains.Get(request.Id).RescheduleAsync(request);

    public void Dispose() => _gate.Dispose();

    // A queued VM may have been moved outside the mesh since the request: it takes its slot on the host where it is now.
    private MigrationView ToView(MigrationState state) => state is { Phase: MigrationPhase.Queued, Vm.Id: var vm } && hosts.Locate(vm) is { } located
        ? state.ToView() with { Source = located.Host }
        : state.ToView();

    // What has come up since the scheduler read the fleet.
    private string? FindObstacle(MigrationView migration, HostName? source, HostName destination)
    {
        List<Refusal> reasons = [.. migration.VmId is { } vm ? hosts.FindObstacles(vm.ToString()) : []];
        reasons.AddRange(new[] { source, destination }.OfType<HostName>().Select(hosts.FindConflict).OfType<Refusal>());
        return reasons.Count == 0 ? null : string.Join("; ", reasons.Select(reason => reason.Message));
    }

    private async Task<AdmissionAnswer> InPassAsync(long passEpoch, Func<Task<AdmissionAnswer>> act, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return passEpoch > 0 && passEpoch == _passEpoch
                ? await act()
                : new AdmissionAnswer(
                    false, _passEpoch == 0 ? "no scheduling pass has read the fleet since the service started" : $"scheduling pass {passEpoch} is outdated: the latest is {_passEpoch}");
        }
        finally
        {
            _gate.Release();
        }
    }
}
