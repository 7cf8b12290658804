using Mesh.Contracts.Migrations;

namespace Mesh.Chaos.Tests;

/// <summary>A column of the table: a phase of a migration, and how to get one into it and hold it there.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Guest">The guest's settings, in the test bed's words.</param>
/// <param name="Options">The options of <c>mesh migrate</c>.</param>
/// <param name="IsIn">Whether a migration is in the phase now.</param>
internal sealed record Phase(string Name, string Guest, string Options, Func<Cell, Task<bool>> IsIn)
{
    /// <summary>Its end when nothing happens to it.</summary>
    public MigrationOutcome OutcomeWithoutFault { get; init; } = MigrationOutcome.Completed;

    /// <summary>What policies do to a migration that ends well, in order; each once.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Done before the request; null for nothing.</summary>
    public Func<Cell, Task>? Hold { get; init; }

    /// <summary>Done to the migration on its way into the phase; null for nothing.</summary>
    public Func<Cell, Task>? Steer { get; init; }

    /// <summary>Undoes <see cref="Hold"/>, right after the strike.</summary>
    public Func<Cell, Task>? Release { get; init; }

    /// <summary>Lets a migration that is still under way after the healing come to its end; null if it does so by itself.</summary>
    public Func<Cell, Task>? Finish { get; init; }
}
