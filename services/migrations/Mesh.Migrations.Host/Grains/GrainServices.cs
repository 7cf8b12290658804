using Mesh.Hosting.Bus;
using Mesh.Migrations.Host.Hosts;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Grains;

/// <summary>The dependencies of a grain.</summary>
internal sealed record GrainServices(
    MigrationStore Store, IMessageBus Bus, ActiveMigrations Active, TimerQueue Timers, TimeProvider Time, ILogger<MigrationGrain> Log, TransitionFunction Transition, HostRegistry Hosts);

/// <summary>The pure transition function of grains: <see cref="MigrationStateMachine.Apply"/>, or in a simulation one with a seeded bug.</summary>
internal delegate Transition TransitionFunction(MigrationState? state, MigrationInput input, DateTimeOffset now);
