namespace Mesh.Contracts.Api;

/// <summary>The optional body of <c>POST /api/v1/hosts/{name}/cordon</c>.</summary>
public sealed record CordonBody
{
    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>The reason, for the audit log.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>The body of <c>POST /api/v1/hosts/{name}/fence</c>.</summary>
public sealed record FenceBody
{
    /// <summary>Whether the requester confirms that the host is powered off; if not, the configured fence command is run.</summary>
    public bool Confirmed { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}
