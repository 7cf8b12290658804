using Mesh.Contracts.Migrations;
using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>A row of the table: what is killed, how it is recovered, and what that may do to a migration and its guest.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Inject">Injects the fault.</param>
/// <param name="Recover">Recovers from the fault, or does what an operator would do instead; the migrations end after it.</param>
internal sealed record Fault(string Name, Func<HostPair, Task> Inject, Func<HostPair, Task> Recover)
{
    /// <summary>One process per service.</summary>
    public static readonly IReadOnlyList<string> SeparateServices = [MeshProcesses.Gateway, MeshProcesses.Scheduler, MeshProcesses.Migrations, MeshProcesses.Policy];

    /// <summary>Whether it affects more than one pair of hosts, so that no other row may run meanwhile.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>The host that is unresponsive until the recovery, so that no outcome may be announced before; null if there is none.</summary>
    public Func<HostPair, string>? UnresponsiveHost { get; init; }

    /// <summary>The processes of the mesh in this row.</summary>
    public IReadOnlyList<string> Services { get; init; } = SeparateServices;

    /// <summary>The expected outcomes by the name of the phase; migrations in other phases end as if there were no fault.</summary>
    public IReadOnlyDictionary<string, ExpectedOutcome> ExpectedOutcomes { get; init; } = new Dictionary<string, ExpectedOutcome>();

    /// <summary>How long the migrations may take to end.</summary>
    public TimeSpan EndTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Restores the pair after the migrations have ended, if <see cref="Recover"/> does not; null for nothing.</summary>
    public Func<HostPair, Task>? Restore { get; init; }

    public ExpectedOutcome GetExpected(Phase phase) => ExpectedOutcomes.TryGetValue(phase.Name, out var expected) ? expected : new ExpectedOutcome(phase.OutcomeWithoutFault);
}

/// <summary>The outcomes of a migration that are all correct.</summary>
internal sealed record ExpectedOutcome(params MigrationOutcome[] Outcomes)
{
    /// <summary>Whether the guest dies with its host, so that it must run nowhere, whatever the outcome.</summary>
    public bool GuestDies { get; init; }
}
