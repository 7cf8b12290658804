using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Api;

/// <summary>The body of <c>POST /api/v1/drains</c>.</summary>
public sealed record DrainBody
{
    /// <summary>The drain's identifier; repeating a request with it is safe. Null: the gateway chooses one.</summary>
    public string? Id { get; init; }

    /// <summary>The hosts to drain.</summary>
    public required IReadOnlyList<HostName> Hosts { get; init; }

    /// <summary>The maximum number of parallel migrations from each host, 1 or more; null: the scheduler's limit.</summary>
    public int? Parallel { get; init; }

    /// <summary>The order of the moves.</summary>
    public DrainOrder Order { get; init; }

    /// <summary>Whether hard VM affinity rules may be violated for VMs that no host could take otherwise.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>Whether to return the plan without carrying it out.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>The reason, for the audit log.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>The optional body of <c>POST /api/v1/drains/{id}/cancel</c>.</summary>
public sealed record CancelDrainBody
{
    /// <summary>Whether to abort running migrations as well.</summary>
    public bool AbortRunning { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}

/// <summary>The optional body of <c>POST /api/v1/drains/{id}/undo</c>.</summary>
public sealed record UndoDrainBody
{
    /// <summary>The new drain's identifier; repeating a request with it is safe. Null: the gateway chooses one.</summary>
    public string? Id { get; init; }

    /// <summary>Whether to return the plan without carrying it out.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}
