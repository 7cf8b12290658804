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
internal sealed class LocalGrainHost(
    MigrationStore store, IMessageBus bus, ActiveMigrations active, TimerQueue wakes, TimeProvider time, ILogger<MigrationGrain> log, TransitionFunction rule,
    HostRegistry hosts)
{
    /// <summary>A grain that had no turn for this long is forgotten; it is activated again when it is needed.</summary>
    public static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(5);

    private readonly GrainServices _services = new(store, bus, active, wakes, time, log, rule, hosts);
    private readonly ConcurrentDictionary<MigrationId, GrainSlot> _slots = new();

    /// <summary>How many grains are active now.</summary>
    public int ActiveCount => _slots.Count;

    /// <summary>The grain of that identity; calls wait for their turn.</summary>
    public IMigrationGrain Get(MigrationId id) => new GrainProxy(this, id);

    /// <summary>Forgets grains that have been idle.</summary>
    public void Sweep()
    {
        var idleSince = time.GetUtcNow() - IdleMax;
        foreach (var (id, room) in _slots)
            if (room.LastUsed < idleSince && room.TryClose())
                _slots.TryRemove(new KeyValuePair<MigrationId, GrainSlot>(id, room));
    }

    private async Task<T> InvokeAsync<T>(MigrationId id, Func<IMigrationGrain, Task<T>> turn)
    {
        while (true)
        {
            var room = _slots.GetOrAdd(id, _ => new GrainSlot());
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
    private sealed class GrainSlot
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim _gate = new(1);
        private bool _isClosed;

        public MigrationGrain? Grain { get; set; }

        public DateTimeOffset LastUsed { get; set; } = DateTimeOffset.MaxValue;

        /// <summary>Waits for the turn; false if the room was closed meanwhile and a new one is to be found.</summary>
        public async Task<bool> EnterAsync()
        {
            await _gate.WaitAsync();
            if (!_isClosed)
                return true;
            _gate.Release();
            return false;
        }

        public void Leave() => _gate.Release();

        public bool TryClose()
        {
            if (!_gate.Wait(0))
                return false;
            _isClosed = true;
            _gate.Release();
            return true;
        }
    }

    private sealed class GrainProxy(LocalGrainHost home, MigrationId id) : IMigrationGrain
    {
        public Task<MigrationRequestAnswer> RequestAsync(EnqueueMigration queued, MigrationFacts facts) =>
            home.InvokeAsync(id, grain => grain.RequestAsync(queued, facts));

        public Task<AdmissionAnswer> AdmitAsync(AdmitMigration admission, LocatedVm? vm, DestinationFacts destination) =>
            home.InvokeAsync(id, grain => grain.AdmitAsync(admission, vm, destination));

        public Task<AdmissionAnswer> RejectAsync(RejectMigration dismissal) => home.InvokeAsync(id, grain => grain.RejectAsync(dismissal));

        public Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration request) => home.InvokeAsync(id, grain => grain.RescheduleAsync(request));

        public Task<AbortAnswer> AbortAsync(AbortMigration abort) => home.InvokeAsync(id, grain => grain.AbortAsync(abort));

        public Task<ChangeAnswer> ChangeAsync(ChangeMigration change, EffectivePolicy? policy) =>
            home.InvokeAsync(id, grain => grain.ChangeAsync(change, policy));

        public Task AnswerAsync(CommandAnswer answer) => InvokeAsync(grain => grain.AnswerAsync(answer));

        public Task HandleEventAsync(AgentEvent agentEvent) => InvokeAsync(grain => grain.HandleEventAsync(agentEvent));

        public Task HandleReportAsync(HostReport report) => InvokeAsync(grain => grain.HandleReportAsync(report));

        public Task HandleHostFencedAsync(HostName host, long agentEpoch, string by) => InvokeAsync(grain => grain.HandleHostFencedAsync(host, agentEpoch, by));

        public Task HandleTimerAsync() => InvokeAsync(grain => grain.HandleTimerAsync());

        public Task<MigrationView?> GetAsync() => home.InvokeAsync(id, grain => grain.GetAsync());

        private Task<bool> InvokeAsync(Func<IMigrationGrain, Task> turn) => home.InvokeAsync(id, async grain =>
        {
            await turn(grain);
            return true;
        });
    }
}
