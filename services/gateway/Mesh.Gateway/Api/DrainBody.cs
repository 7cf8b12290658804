using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>The body of <c>POST /api/v1/drains</c>.</summary>
public sealed record DrainBody
{
    /// <summary>Chosen by whoever asks, so that asking twice is harmless; null lets the gateway choose.</summary>
    public string? Id { get; init; }

    /// <summary>The hosts to be emptied.</summary>
    public required IReadOnlyList<HostName> Hosts { get; init; }

    /// <summary>How many machines may be on their way away from each host at once, 1 or more; null for the scheduler's limit.</summary>
    public int? Parallel { get; init; }

    /// <summary>In which order.</summary>
    public DrainOrder Order { get; init; }

    /// <summary>Whether hard rules that keep machines together or apart may be broken for those that no host could take otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>Whether only the plan is wanted.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>Why, for the audit.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>The body of <c>POST /api/v1/drains/{id}/cancel</c>, which may also be left out.</summary>
public sealed record CancelDrainBody
{
    /// <summary>Whether migrations that copy are aborted too.</summary>
    public bool AbortRunning { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}

/// <summary>The body of <c>POST /api/v1/drains/{id}/undo</c>, which may also be left out.</summary>
public sealed record UndoDrainBody
{
    /// <summary>Identity of the drain that begins, chosen by whoever asks; null lets the gateway choose.</summary>
    public string? Id { get; init; }

    /// <summary>Whether only the plan is wanted.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}
