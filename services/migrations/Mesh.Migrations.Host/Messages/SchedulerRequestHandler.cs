using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Grains;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Messages;

/// <summary>
/// Serves the scheduler. What it decides rests on what it has read, so only admissions of the turn that has read last are taken: of a turn
/// before, or of another scheduler, they might give out a slot that is taken since.
/// </summary>
internal sealed class SchedulerRequestHandler(HostRegistry hosts, LocalGrainHost home, MigrationStore store)
    : IRequestHandler<ReadFleet, ReadFleetAnswer>,
        IRequestHandler<AdmitMigration, AdmissionAnswer>,
        IRequestHandler<RejectMigration, AdmissionAnswer>,
        IRequestHandler<RescheduleMigration, RescheduleAnswer>,
        IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private long _passEpoch;

    /// <summary>Reads from the store, not from memory: an admission whose keeping was not reported counts all the same.</summary>
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
            var grain = home.Get(request.Id);
            var vm = await grain.GetAsync() is { VmId: { } id } ? hosts.Locate(id) : null;
            return await grain.AdmitAsync(request, vm, hosts.DescribeDestination(request.Destination));
        },
        cancellation);

    public Task<AdmissionAnswer> AnswerAsync(RejectMigration request, CancellationToken cancellation) =>
        InPassAsync(request.PassEpoch, () => home.Get(request.Id).RejectAsync(request), cancellation);

    public Task<RescheduleAnswer> AnswerAsync(RescheduleMigration request, CancellationToken cancellation) => home.Get(request.Id).RescheduleAsync(request);

    public void Dispose() => _gate.Dispose();

    // One that waits may have been moved outside the mesh since it was asked for: it will take its slot where it is now.
    private MigrationView ToView(MigrationState state) => state is { Phase: MigrationPhase.Queued, Vm.Id: var vm } && hosts.Locate(vm) is { } located
        ? state.ToView() with { Source = located.Host }
        : state.ToView();

    private async Task<AdmissionAnswer> InPassAsync(long turn, Func<Task<AdmissionAnswer>> act, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return turn > 0 && turn == _passEpoch ? await act() : new AdmissionAnswer(false, _passEpoch == 0 ? "no turn of the scheduler has been read since the service began" : $"turn {turn} of the scheduler is over: the newest is {_passEpoch}");
        }
        finally
        {
            _gate.Release();
        }
    }
}
