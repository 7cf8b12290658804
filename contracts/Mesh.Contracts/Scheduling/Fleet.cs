using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// All that the scheduler's decisions depend on, at one moment: which VM may move where is a function of this and the request. Also the file that
/// <c>mesh inventory export</c> writes and <c>mesh check --inventory</c> reads (<c>infra/docs/schemas/Fleet.json</c>).
/// </summary>
[MessageName("fleet")]
public sealed record Fleet
{
    /// <summary>The file format that this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The file format; 1.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>When it was taken, by the mesh's clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Every host, by name.</summary>
    public required IReadOnlyList<FleetHost> Hosts { get; init; }

    /// <summary>Every migration that has not ended, the oldest first.</summary>
    public IReadOnlyList<MigrationView> Migrations { get; init; } = [];

    /// <summary>The placement rules.</summary>
    public PlacementRules Rules { get; init; } = new();

    /// <summary>The scheduling limits.</summary>
    public SchedulingLimits Limits { get; init; } = new();

    /// <summary>What earlier migrations measured, by VM.</summary>
    public IReadOnlyList<VmMigrationHistory> Histories { get; init; } = [];
}
