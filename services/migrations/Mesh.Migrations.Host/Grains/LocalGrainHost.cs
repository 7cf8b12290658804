using System.Collections.Concurrent;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Grains;
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
/// The in-process host of grains: activates a grain on first use, runs one call at a time, deactivates it when idle, and discards it when
/// a call fails, so that the next call starts from the stored state.
/// </summary>
internal sealed class LocalGrainHost(
    MigrationStore store, IMessageBus bus, ActiveMigrations active, TimerQueue timers, TimeProvider time, ILogger<MigrationGrain> log, TransitionFunction transition,
    HostRegistry hosts)
{
    /// <summary>A grain without calls for this long is deactivated; the next call activates it again.</summary>
    public static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(5);

    private readonly GrainServices _services = new(store, bus, active, timers, time, log, transition, hosts);
    private readonly ConcurrentDictionary<MigrationId, GrainSlot> _slots = new();

    public int ActiveCount => _slots.Count;

    /// <summary>The grain with that identity; its calls run one at a time.</summary>
    public IMigrationGrain Get(MigrationId id) => new GrainProxy(this, id);

    /// <summary>Deactivates idle grains.</summary>
    public void Sweep()
    {
        var idleSince = time.GetUtcNow() - IdleMax;
        foreach (var (id, slot) in _slots)
            if (slot.LastUsed < idleSince && slot.TryClose())
                _slots.TryRemove(new KeyValuePair<MigrationId, GrainSlot>(id, slot));
    }

    private async Task<T> InvokeAsync<T>(MigrationId id, Func<IMigrationGrain, Task<T>> call)
    {
        while (true)
        {
            var slot = _slots.GetOrAdd(id, _ => new GrainSlot());
            if (!await slot.EnterAsync())
                continue;
            try
            {
                slot.LastUsed = time.GetUtcNow();
                if (slot.Grain is null)
                {
                    var grain = new MigrationGrain(id, _services);
                    await grain.ActivateAsync();
                    slot.Grain = grain;
                }

                return await call(slot.Grain);
            }
            catch
            {
                slot.Grain = null;
                throw;
            }
            finally
            {
                slot.Leave();
            }
        }
    }

    /// <summary>The place of one grain: its lock, and the grain once activated.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle is never used has nothing to dispose.
    private sealed class GrainSlot
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim _gate = new(1);
        private bool _isClosed;

        public MigrationGrain? Grain { get; set; }

        public DateTimeOffset LastUsed { get; set; } = DateTimeOffset.MaxValue;

        /// <summary>Waits for the lock; false if the slot was closed in the meantime and the caller must get a new one.</summary>
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

    private sealed class GrainProxy(LocalGrainHost grains, MigrationId id) : IMigrationGrain
    {
        public Task<MigrationRequestAnswer> RequestAsync(EnqueueMigration queued, MigrationFacts facts) =>
            grains.InvokeAsync(id, grain => grain.RequestAsync(queued, facts));

        public Task<AdmissionAnswer> AdmitAsync(AdmitMigration admission, LocatedVm? vm, DestinationFacts destination) =>
            grains.InvokeAsync(id, grain => grain.AdmitAsync(admission, vm, destination));

        public Task<AdmissionAnswer> RejectAsync(RejectMigration rejection) => grains.InvokeAsync(id, grain => grain.RejectAsync(rejection));

        public Task<RescheduleAnswer> RescheduleAsync(RescheduleMigration request) => grains.InvokeAsync(id, grain => grain.RescheduleAsync(request));

        public Task<AbortAnswer> AbortAsync(AbortMigration abort) => grains.InvokeAsync(id, grain => grain.AbortAsync(abort));

        public Task<ChangeAnswer> ChangeAsync(ChangeMigration change, EffectivePolicy? policy) =>
            grains.InvokeAsync(id, grain => grain.ChangeAsync(change, policy));

        public Task AnswerAsync(CommandAnswer answer) => InvokeAsync(grain => grain.AnswerAsync(answer));

        public Task HandleEventAsync(AgentEvent agentEvent) => InvokeAsync(grain => grain.HandleEventAsync(agentEvent));

        public Task HandleReportAsync(HostReport report) => InvokeAsync(grain => grain.HandleReportAsync(report));

        public Task HandleHostFencedAsync(HostName host, long agentEpoch, string by) => InvokeAsync(grain => grain.HandleHostFencedAsync(host, agentEpoch, by));

        public Task HandleTimerAsync() => InvokeAsync(grain => grain.HandleTimerAsync());

        public Task<MigrationView?> GetAsync() => grains.InvokeAsync(id, grain => grain.GetAsync());

        private Task<bool> InvokeAsync(Func<IMigrationGrain, Task> call) => grains.InvokeAsync(id, async grain =>
        {
            await call(grain);
            return true;
        });
    }
}
