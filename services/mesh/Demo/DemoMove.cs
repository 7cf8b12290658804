using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Demo;

/// <summary>One move of the demonstration and how it is to end.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="To">Where it is to go.</param>
/// <param name="Options">How.</param>
/// <param name="Expected">How it ends if the mesh does its work.</param>
/// <param name="Story">What it shows, in a few words.</param>
internal sealed record DemoMove(string Vm, HostName To, MigrationOptions Options, MigrationOutcome Expected, string Story)
{
    /// <summary>After this time the demonstration aborts it, as an operator would; null for never.</summary>
    public TimeSpan? AbortAfter { get; init; }

    /// <summary>The migration's identity.</summary>
    public MigrationId Id => new($"demo-{Vm}");
}
