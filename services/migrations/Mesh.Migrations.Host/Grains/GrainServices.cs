using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Grains;

/// <summary>What every grain is given by its home.</summary>
internal sealed record GrainServices(
    MigrationStore Store, IMessageBus Bus, ActiveMigrations Active, TimerQueue Timers, TimeProvider Time, ILogger<MigrationGrain> Log, TransitionFunction Transition, HostRegistry Hosts);
