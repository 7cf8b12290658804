using Mesh.Contracts.Migrations;

namespace Mesh.Chaos.Tests;

/// <summary>A column of the table: a phase, and how to bring a migration into it and hold it there.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Guest">The guest's settings, as the test bed names them.</param>
/// <param name="Options">The options of <c>mesh migrate</c>.</param>
/// <param name="IsIn">Whether a migration is in the phase now.</param>
internal sealed record Phase(string Name, string Guest, string Options, Func<Cell, Task<bool>> IsIn)
{
    /// <summary>The outcome without a fault.</summary>
    public MigrationOutcome OutcomeWithoutFault { get; init; } = MigrationOutcome.Completed;

    /// <summary>The policy steps of a migration that succeeds, in order; each once.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Done before the request; null for nothing.</summary>
    public Func<Cell, Task>? Hold { get; init; }

    /// <summary>Done to the migration to bring it into the phase; null for nothing.</summary>
    public Func<Cell, Task>? Steer { get; init; }

    /// <summary>Undoes <see cref="Hold"/>, right after the fault.</summary>
    public Func<Cell, Task>? Release { get; init; }

    /// <summary>Lets a migration that still runs after the recovery complete; null if it completes by itself.</summary>
    public Func<Cell, Task>? Finish { get; init; }
}
