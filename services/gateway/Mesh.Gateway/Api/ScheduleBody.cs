using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>The body of <c>POST /api/v1/migrations/{id}/reschedule</c>: what is left out stays.</summary>
public sealed record RescheduleBody
{
    /// <summary>New priority.</summary>
    public MigrationPriority? Priority { get; init; }

    /// <summary>New destination, or the first of several.</summary>
    public HostName? To { get; init; }

    /// <summary>Further hosts beside <see cref="To"/>, in this order.</summary>
    public IReadOnlyList<HostName> Alternatives { get; init; } = [];

    /// <summary>True lets any host take it.</summary>
    public bool ToAny { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}

/// <summary>The body of <c>POST /api/v1/vms/{vm}/targets</c>.</summary>
public sealed record TargetsBody
{
    /// <summary>How the machine would be moved.</summary>
    public MigrationOptions Options { get; init; } = new();

    /// <summary>The only host to look at; null for all.</summary>
    public HostName? To { get; init; }
}

/// <summary>The body of <c>POST /api/v1/hosts/{name}/cordon</c>, which may also be left out.</summary>
public sealed record CordonBody
{
    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>Why, for the audit.</summary>
    public string Reason { get; init; } = "";
}
