namespace Mesh.Contracts.Policies;

/// <summary>How long what may take under a policy. The mesh holds these; the source's agent holds them too, by itself and a little later.</summary>
public sealed record PolicyLimits
{
    /// <summary>Aborts when nothing has progressed for longer than this; null for never.</summary>
    public TimeSpan? ProgressTimeout { get; init; }

    /// <summary>What counts as progress.</summary>
    public ProgressMeasure Progress { get; init; }

    /// <summary>The last resort is taken when the copying has run for longer than this; null takes <see cref="CompletionTimeoutPerGiB"/>.</summary>
    public TimeSpan? CompletionTimeout { get; init; }

    /// <summary>The same for each GiB of what is copied, as <see cref="DataSize"/> counts; null for never.</summary>
    public TimeSpan? CompletionTimeoutPerGiB { get; init; }

    /// <summary>How the size of what is copied is counted for times that are given per GiB.</summary>
    public DataSizeRule DataSize { get; init; } = new();

    /// <summary>Aborts when a switch-over that was started, or a suspended VM's migration, takes longer than this; null for never.</summary>
    public TimeSpan? SwitchOverDeadline { get; init; }

    /// <summary>A destination that has not prepared within this time is given up; null for the mesh's own 5 minutes.</summary>
    public TimeSpan? PrepareTimeout { get; init; }

    /// <summary>The agent tells of a stall when what remains has reached no new low for this long; null for no such events.</summary>
    public TimeSpan? StallingLimit { get; init; }
}
