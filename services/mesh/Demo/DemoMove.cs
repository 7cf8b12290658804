using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Demo;

/// <summary>One move of the demonstration and how it is to end.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="To">Where it is to go.</param>
/// <param name="Options">How.</param>
/// <param name="Expected">How it ends if the mesh does its work.</param>
/// <param name="Description">What it shows, in a few words.</param>
internal sealed record DemoMove(string Vm, HostName To, MigrationOptions Options, MigrationOutcome Expected, string Description)
{
    /// <summary>After this time the demonstration aborts it, as an operator would; null for never.</summary>
    public TimeSpan? AbortAfter { get; init; }

    /// <summary>The policy that steers it; null for the default.</summary>
    public string? Policy { get; init; }

    /// <summary>What may be done to the machine; null for all that the policy permits.</summary>
    public PolicyPermissions? Allow { get; init; }

    /// <summary>The migration's identity.</summary>
    public MigrationId Id => new($"demo-{Vm}");
}
