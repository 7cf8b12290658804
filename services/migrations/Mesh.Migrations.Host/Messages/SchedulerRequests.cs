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
internal sealed class SchedulerRequests(HostRegistry hosts, MigrationHome home, MigrationStore store)
    : IRequestHandler<ReadFleet, FleetFacts>,
        IRequestHandler<AdmitMigration, AdmissionAnswer>,
        IRequestHandler<DismissMigration, AdmissionAnswer>,
        IRequestHandler<RescheduleMigration, RescheduleAnswer>,
        IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private long _turn;

    /// <summary>Reads from the store, not from memory: an admission whose keeping was not reported counts all the same.</summary>
    public async Task<FleetFacts> AnswerAsync(ReadFleet request, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var isTurn = request.Turn > _turn;
            _turn = isTurn ? request.Turn : _turn;
            var unfinished = (await store.UnfinishedAsync(cancellation)).OrderBy(state => state.RequestedAt).ThenBy(state => state.Id.Value, StringComparer.Ordinal);
            return new FleetFacts(hosts.List(), [.. unfinished.Select(View)], _turn, isTurn);
        }
        finally
        {
            _one.Release();
        }
    }

    public Task<AdmissionAnswer> AnswerAsync(AdmitMigration request, CancellationToken cancellation) => InTurnAsync(
        request.Turn,
        async () =>
        {
            var grain = home.Get(request.Id);
            var vm = await grain.ShowAsync() is { VmId: { } id } ? hosts.Locate(id) : null;
            return await grain.AdmitAsync(request, vm, hosts.FactsOf(request.Destination));
        },
        cancellation);

    public Task<AdmissionAnswer> AnswerAsync(DismissMigration request, CancellationToken cancellation) =>
        InTurnAsync(request.Turn, () => home.Get(request.Id).DismissAsync(request), cancellation);

    public Task<RescheduleAnswer> AnswerAsync(RescheduleMigration request, CancellationToken cancellation) => home.Get(request.Id).RescheduleAsync(request);

    public void Dispose() => _one.Dispose();

    // One that waits may have been moved outside the mesh since it was asked for: it will take its slot where it is now.
    private MigrationView View(FlightState state) => state is { Phase: MigrationPhase.Queued, Vm.Id: var vm } && hosts.Locate(vm) is { } located
        ? state.ToView() with { Source = located.Host }
        : state.ToView();

    private async Task<AdmissionAnswer> InTurnAsync(long turn, Func<Task<AdmissionAnswer>> act, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return turn > 0 && turn == _turn ? await act() : new AdmissionAnswer(false, _turn == 0 ? "no turn of the scheduler has been read since the service began" : $"turn {turn} of the scheduler is over: the newest is {_turn}");
        }
        finally
        {
            _one.Release();
        }
    }
}
