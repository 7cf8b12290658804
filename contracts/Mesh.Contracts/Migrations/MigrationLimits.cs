using System.Text.Json.Serialization;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>
/// Hard limits of a migration. The agent enforces them alone when the control plane is down (seed <c>ovirt-migration-enhancements</c>);
/// defaults are those of seed <c>harvester-live-migration</c>.
/// </summary>
public sealed record MigrationLimits
{
    /// <summary>The shipped <see cref="ProgressTimeout"/>.</summary>
    public static readonly TimeSpan DefaultProgressTimeout = TimeSpan.FromSeconds(150);

    /// <summary>The shipped <see cref="CompletionTimeoutPerGiB"/>.</summary>
    public static readonly TimeSpan DefaultCompletionTimeoutPerGiB = TimeSpan.FromSeconds(800);

    /// <summary>
    /// Aborts when the copy has not progressed for this long; zero for never. Null in a request takes the policy's; an agent that is given
    /// null enforces <see cref="DefaultProgressTimeout"/>.
    /// </summary>
    public TimeSpan? ProgressTimeout { get; init; }

    /// <summary>
    /// What counts as progress. Null in a request takes the policy's; for an agent that is given null it is a new low of what remains, or
    /// data sent in a pass over memory that began with less than any pass before.
    /// </summary>
    public ProgressMeasure? Progress { get; init; }

    /// <summary>
    /// Aborts when the migration has run for this long, or takes its policy's milder last resort; null takes
    /// <see cref="CompletionTimeoutPerGiB"/>, zero means never. An agent only ever aborts.
    /// </summary>
    public TimeSpan? CompletionTimeout { get; init; }

    /// <summary>
    /// Time allowed for each GiB of memory and copied disks, if <see cref="CompletionTimeout"/> is null; zero for never. Null in a
    /// request takes the policy's; an agent that is given null enforces <see cref="DefaultCompletionTimeoutPerGiB"/>.
    /// </summary>
    public TimeSpan? CompletionTimeoutPerGiB { get; init; }

    /// <summary>The effective progress timeout; null for never.</summary>
    [JsonIgnore]
    public TimeSpan? EffectiveProgressTimeout => (ProgressTimeout ?? DefaultProgressTimeout) is var held && held > TimeSpan.Zero ? held : null;

    /// <summary>A stall event is sent when what remains has reached no new low for this long; null for no stall events.</summary>
    public TimeSpan? StallingLimit { get; init; }

    /// <summary>
    /// Whether the agent itself raises the downtime limit from a fifth of <see cref="MigrationOptions.MaxDowntime"/> to the full value, exponentially, as VDSM does.
    /// </summary>
    public bool EnableDowntimeThread { get; init; }

    /// <summary>The total time allowed for an amount of data; null for no limit.</summary>
    /// <param name="data">Memory and copied disks.</param>
    public TimeSpan? CompletionTimeoutFor(Bytes data)
    {
        var limit = CompletionTimeout ?? (CompletionTimeoutPerGiB ?? DefaultCompletionTimeoutPerGiB) * Math.Max(1, data.Gibibytes);
        return limit > TimeSpan.Zero ? limit : null;
    }
}
