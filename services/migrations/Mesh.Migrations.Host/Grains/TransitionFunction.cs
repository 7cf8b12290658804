namespace Mesh.Migrations.Host.Grains;

/// <summary>The pure function that grains live by: <see cref="MigrationStateMachine.Apply"/>, or in a simulation one with a known bug in it.</summary>
internal delegate Transition TransitionFunction(MigrationState? state, MigrationInput input, DateTimeOffset now);
