using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Api;

/// <summary>The body of <c>POST /api/v1/migrations/{id}/reschedule</c>: what is omitted stays unchanged.</summary>
public sealed record RescheduleBody
{
    /// <summary>The new priority.</summary>
    public MigrationPriority? Priority { get; init; }

    /// <summary>The new destination, or the first one to try.</summary>
    public HostName? To { get; init; }

    /// <summary>Further hosts to try after <see cref="To"/>, in this order.</summary>
    public IReadOnlyList<HostName> Alternatives { get; init; } = [];

    /// <summary>True: allow any host.</summary>
    public bool ToAny { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}

/// <summary>The body of <c>POST /api/v1/vms/{vm}/targets</c>.</summary>
public sealed record TargetsBody
{
    /// <summary>How the VM would be migrated.</summary>
    public MigrationOptions Options { get; init; } = new();

    /// <summary>The only host to rate; null: all hosts.</summary>
    public HostName? To { get; init; }
}
