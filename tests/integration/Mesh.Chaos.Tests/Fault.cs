using Mesh.Contracts.Migrations;
using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>A row of the table: what is killed, how it comes back, and what that may do to a migration and its guest.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Inject">Kills.</param>
/// <param name="Recover">Brings back, or does what a person would do instead; the migrations end after it.</param>
internal sealed record Fault(string Name, Func<HostPair, Task> Inject, Func<HostPair, Task> Recover)
{
    /// <summary>A process for each service.</summary>
    public static readonly IReadOnlyList<string> SeparateServices = [MeshProcesses.Gateway, MeshProcesses.Scheduler, MeshProcesses.Migrations, MeshProcesses.Policy];

    /// <summary>Whether it strikes more than one pair of hosts, so that no other row may be under way.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>A host that is silent from strike to heal, so that no end may be named before; null if there is none.</summary>
    public Func<HostPair, string>? UnresponsiveHost { get; init; }

    /// <summary>The processes that the mesh consists of in this row.</summary>
    public IReadOnlyList<string> Services { get; init; } = SeparateServices;

    /// <summary>How migrations end that are hit in a phase, by its name; the others end as if nothing had happened.</summary>
    public IReadOnlyDictionary<string, ExpectedOutcome> ExpectedOutcomes { get; init; } = new Dictionary<string, ExpectedOutcome>();

    /// <summary>How long the ends may take.</summary>
    public TimeSpan EndTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What makes the pair whole again after the ends, where <see cref="Recover"/> does not; null for nothing.</summary>
    public Func<HostPair, Task>? Restore { get; init; }

    public ExpectedOutcome GetExpected(Phase phase) => ExpectedOutcomes.TryGetValue(phase.Name, out var end) ? end : new ExpectedOutcome(phase.OutcomeWithoutFault);
}

/// <summary>How a migration may end, each of the outcomes being right.</summary>
internal sealed record ExpectedOutcome(params MigrationOutcome[] Outcomes)
{
    /// <summary>Whether the guest died with its host, so that it must be nowhere, whatever the outcome is called.</summary>
    public bool GuestDies { get; init; }
}
