using System.Collections.Concurrent;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Grains;

/// <summary>
/// The in-process home of grains: activates one on first use, gives it one turn at a time, forgets it when it has been idle, and
/// drops it when a turn fails, so that the next turn begins from what is stored.
/// </summary>
internal sealed class MigrationHome(
    MigrationStore store, IMessageBus bus, ActiveMigrations active, WakeQueue wakes, TimeProvider time, ILogger<MigrationGrain> log, FlightRule rule,
    HostRegistry hosts)
{
    /// <summary>A grain that had no turn for this long is forgotten; it is activated again when it is needed.</summary>
    public static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(5);

    private readonly GrainServices _services = new(store, bus, active, wakes, time, log, rule, hosts);
    private readonly ConcurrentDictionary<MigrationId, Room> _rooms = new();

    /// <summary>How many grains are active now.</summary>
    public int ActiveCount => _rooms.Count;

    /// <summary>The grain of that identity; calls wait for their turn.</summary>
    public IMigrationGrain Get(MigrationId id) => new Door(this, id);

    /// <summary>Forgets grains that have been idle.</summary>
    public void Sweep()
    {
        var idleSince = time.GetUtcNow() - IdleMax;
        foreach (var (id, room) in _rooms)
            if (room.LastUsed < idleSince && room.TryClose())
                _rooms.TryRemove(new KeyValuePair<MigrationId, Room>(id, room));
    }

    private async Task<T> TakeTurnAsync<T>(MigrationId id, Func<IMigrationGrain, Task<T>> turn)
    {
        while (true)
        {
            var room = _rooms.GetOrAdd(id, _ => new Room());
            if (!await room.EnterAsync())
                continue;
            try
            {
                room.LastUsed = time.GetUtcNow();
                if (room.Grain is null)
                {
                    var grain = new MigrationGrain(id, _services);
                    await grain.ActivateAsync();
                    room.Grain = grain;
                }

                return await turn(room.Grain);
            }
            catch
            {
                room.Grain = null;
                throw;
            }
            finally
            {
                room.Leave();
            }
        }
    }

    /// <summary>A grain's place: who holds the turn, and the grain once it is activated.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to dispose.
    private sealed class Room
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim _turn = new(1);
        private bool _isClosed;

        public MigrationGrain? Grain { get; set; }

        public DateTimeOffset LastUsed { get; set; } = DateTimeOffset.MaxValue;

        /// <summary>Waits for the turn; false if the room was closed meanwhile and a new one is to be found.</summary>
        public async Task<bool> EnterAsync()
        {
            await _turn.WaitAsync();
            if (!_isClosed)
                return true;
            _turn.Release();
            return false;
        }

        public void Leave() => _turn.Release();

        public bool TryClose()
        {
            if (!_turn.Wait(0))
                return false;
            _isClosed = true;
            _turn.Release();
            return true;
        }
    }

    private sealed class Door(MigrationHome home, MigrationId id) : IMigrationGrain
    {
        public Task<MigrationRequestAnswer> RequestAsync(QueueMigration queued, MigrationFacts facts) =>
            home.TakeTurnAsync(id, grain => grain.RequestAsync(queued, facts));

        public Task<AdmissionAnswer> AdmitAsync(AdmitMigration admission, LocatedVm? vm, DestinationFacts destination) =>
            home.TakeTurnAsync(id, grain => grain.AdmitAsync(admission, vm, destination));

        public Task<AdmissionAnswer> DismissAsync(DismissMigration dismissal) => home.TakeTurnAsync(id, grain => grain.DismissAsync(dismissal));

        public Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration wish) => home.TakeTurnAsync(id, grain => grain.RescheduleAsync(wish));

        public Task<AbortAnswer> AbortAsync(AbortMigration abort) => home.TakeTurnAsync(id, grain => grain.AbortAsync(abort));

        public Task<ChangeAnswer> ChangeAsync(ChangeMigration change, EffectivePolicy? policy) =>
            home.TakeTurnAsync(id, grain => grain.ChangeAsync(change, policy));

        public Task AnswerAsync(CommandAnswer answer) => TakeTurnAsync(grain => grain.AnswerAsync(answer));

        public Task HandleEventAsync(AgentEvent agentEvent) => TakeTurnAsync(grain => grain.HandleEventAsync(agentEvent));

        public Task ReportAsync(HostReport report) => TakeTurnAsync(grain => grain.ReportAsync(report));

        public Task FenceAsync(HostName host, long agentEpoch, string by) => TakeTurnAsync(grain => grain.FenceAsync(host, agentEpoch, by));

        public Task WakeAsync() => TakeTurnAsync(grain => grain.WakeAsync());

        public Task<MigrationView?> ShowAsync() => home.TakeTurnAsync(id, grain => grain.ShowAsync());

        private Task<bool> TakeTurnAsync(Func<IMigrationGrain, Task> turn) => home.TakeTurnAsync(id, async grain =>
        {
            await turn(grain);
            return true;
        });
    }
}
