using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Api;

/// <summary>The body of <c>POST /api/v1/migrations</c>.</summary>
public sealed record MigrationRequestBody
{
    /// <summary>The requester of requests that do not name one.</summary>
    public const string DefaultRequestedBy = "api";

    /// <summary>The migration's identifier; repeating a request with it is safe. Null: the gateway chooses one.</summary>
    public MigrationId? Id { get; init; }

    /// <summary>The VM's name or UUID.</summary>
    public required string Vm { get; init; }

    /// <summary>The destination, or the first one to try; null: the scheduler chooses.</summary>
    public HostName? To { get; init; }

    /// <summary>With <see cref="To"/>, further hosts to try, in this order; without it, the hosts to choose from.</summary>
    public IReadOnlyList<HostName> Alternatives { get; init; } = [];

    /// <summary>How to migrate the VM.</summary>
    public MigrationOptions Options { get; init; } = new();

    /// <summary>Hard limits; what is omitted comes from the policy.</summary>
    public MigrationLimits Limits { get; init; } = new();

    /// <summary>The name of the migration's policy; null: the VM's effective policy.</summary>
    public string? Policy { get; init; }

    /// <summary>Restricts what the policy permits: what is not listed is not allowed. Null: all that the policy permits.</summary>
    public PolicyPermissions? Allow { get; init; }

    /// <summary>The maximum tolerated downtime, for policies that plan by it; null: the policy's.</summary>
    public TimeSpan? DowntimeBudget { get; init; }

    /// <summary>The maximum total time, for policies that plan by it; null: the policy's completion timeout.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The priority in the queue.</summary>
    public MigrationPriority Priority { get; init; } = MigrationPriority.Operator;

    /// <summary>Whether VM affinity rules may be violated if no other host is left.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>The maximum number of hosts to try, 1 or more; null: the scheduler's limit.</summary>
    public int? HostsTriedMax { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = DefaultRequestedBy;
}

/// <summary>The optional body of <c>POST /api/v1/migrations/{id}/abort</c>.</summary>
public sealed record AbortBody
{
    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}
