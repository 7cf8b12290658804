using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>
/// Hard limits of a migration. The agent holds them alone when the control plane is gone (seed <c>ovirt-migration-enhancements</c>);
/// defaults are those of seed <c>harvester-live-migration</c>.
/// </summary>
public sealed record MigrationLimits
{
    /// <summary>The shipped <see cref="ProgressTimeout"/>.</summary>
    public static readonly TimeSpan DefaultProgressTimeout = TimeSpan.FromSeconds(150);

    /// <summary>The shipped <see cref="CompletionTimeoutPerGiB"/>.</summary>
    public static readonly TimeSpan DefaultCompletionTimeoutPerGiB = TimeSpan.FromSeconds(800);

    /// <summary>
    /// Aborts when nothing more has been copied for this long; zero for never. Null in a request takes the policy's; an agent that is given
    /// null holds <see cref="DefaultProgressTimeout"/>.
    /// </summary>
    public TimeSpan? ProgressTimeout { get; init; }

    /// <summary>
    /// Aborts when the migration has run for this long, or takes what its policy has as a milder last resort; null takes
    /// <see cref="CompletionTimeoutPerGiB"/>, zero means never. An agent only ever aborts.
    /// </summary>
    public TimeSpan? CompletionTimeout { get; init; }

    /// <summary>
    /// Time allowed for each GiB of memory and copied disks, where <see cref="CompletionTimeout"/> says nothing; zero for never. Null in a
    /// request takes the policy's; an agent that is given null holds <see cref="DefaultCompletionTimeoutPerGiB"/>.
    /// </summary>
    public TimeSpan? CompletionTimeoutPerGiB { get; init; }

    /// <summary>The progress timeout that counts; null for never.</summary>
    [JsonIgnore]
    public TimeSpan? EffectiveProgressTimeout => (ProgressTimeout ?? DefaultProgressTimeout) is var held && held > TimeSpan.Zero ? held : null;

    /// <summary>A stall event is sent when what remains has reached no new low for this long; null for no stall events.</summary>
    public TimeSpan? StallingLimit { get; init; }

    /// <summary>
    /// Whether the agent by itself raises the downtime limit from a fifth of <see cref="MigrationOptions.MaxDowntime"/> to the whole, exponentially, as VDSM does.
    /// </summary>
    public bool EnableDowntimeThread { get; init; }

    /// <summary>The time allowed in all for so much data; null for as long as it takes.</summary>
    /// <param name="data">Memory plus the disks that are copied.</param>
    public TimeSpan? CompletionTimeoutFor(Bytes data)
    {
        var limit = CompletionTimeout ?? (CompletionTimeoutPerGiB ?? DefaultCompletionTimeoutPerGiB) * Math.Max(1, data.Gibibytes);
        return limit > TimeSpan.Zero ? limit : null;
    }
}
