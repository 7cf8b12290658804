namespace Mesh.Contracts.Api;

/// <summary>The body of <c>PUT /api/v1/vms/{vm}/policy</c>.</summary>
public sealed record VmPolicyBody
{
    /// <summary>The policy's name.</summary>
    public required string Policy { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}

/// <summary>The body of <c>PUT /api/v1/policy-default</c>.</summary>
public sealed record PolicyDefaultBody
{
    /// <summary>The policy's name.</summary>
    public required string Name { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}
