namespace Mesh.Contracts.Policies;

/// <summary>The time limits of a policy. The mesh enforces them; the source's agent enforces them too, independently and a little later.</summary>
public sealed record PolicyLimits
{
    /// <summary>Aborts when nothing has progressed for longer than this; null for never.</summary>
    public TimeSpan? ProgressTimeout { get; init; }

    /// <summary>What counts as progress.</summary>
    public ProgressMeasure Progress { get; init; }

    /// <summary>The last resort is taken when the copy has run for longer than this; null takes <see cref="CompletionTimeoutPerGiB"/>.</summary>
    public TimeSpan? CompletionTimeout { get; init; }

    /// <summary>The same for each GiB of copied data, as <see cref="DataSize"/> counts; null for never.</summary>
    public TimeSpan? CompletionTimeoutPerGiB { get; init; }

    /// <summary>How the size of the copied data is counted for times that are given per GiB.</summary>
    public DataSizeRule DataSize { get; init; } = new();

    /// <summary>Aborts when a switchover that has started, or the migration of a suspended VM, takes longer than this; null for never.</summary>
    public TimeSpan? SwitchOverDeadline { get; init; }

    /// <summary>A destination that has not prepared within this time counts as failed; null for the mesh's own 5 minutes.</summary>
    public TimeSpan? PrepareTimeout { get; init; }

    /// <summary>The agent sends a stall event when what remains has reached no new low for this long; null for no such events.</summary>
    public TimeSpan? StallingLimit { get; init; }
}
